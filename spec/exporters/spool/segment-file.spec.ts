import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SegmentFile } from '../../../lib/exporters/spool/segment-file.js';
import { temporaryFolders } from '../../support/temporary-folder.js';

const temporaryFolder = temporaryFolders();

describe('a segment of a spool', () => {
  it('notes what was delivered, but appends nothing once it is sealed', () => {
    const segment = new SegmentFile(temporaryFolder());
    const [first, second] = [
      segment.append('{"first":1}'),
      segment.append('{"second":2}'),
      segment.append('{"third":3}'),
    ];

    segment.acknowledge(first.end);
    const noted = readFileSync(segment.path, 'utf8');
    segment.isSealed = true;
    segment.acknowledge(second.end);

    expect(noted.split('\n')).toHaveLength(5);
    expect(readFileSync(segment.path, 'utf8')).toBe(noted);
  });
});
