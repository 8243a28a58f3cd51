import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TracingError } from '../../../lib/errors.js';
import { FileExporter } from '../../../lib/exporters/file/file-exporter.js';
import { faults } from '../../support/faulty-fs.js';
import { temporaryFolders } from '../../support/temporary-folder.js';
import { aTrace } from '../../support/traces.js';

vi.mock('node:fs/promises', async (importOriginal) => {
  const { faultyFs } = await import('../../support/faulty-fs.js');
  return faultyFs(importOriginal);
});

const temporaryFolder = temporaryFolders();

afterEach(() => {
  faults.meddle = undefined;
});

describe('files that another process rotates while they are opened', () => {
  it('are read once each', async () => {
    const { exporter, path } = setUp();
    exporter.export([numbered(0), numbered(1), numbered(2)]);
    faults.meddle = (_name, real, args) => {
      const opened = real(...args);
      if (String(args[0]) === path) moveOn(path);
      return opened;
    };

    const found = await exporter.searchTraces({});

    expect(found.map(({ info }) => info.traceId).sort()).toEqual(
      [0, 1, 2].map((number) => numbered(number).info.traceId),
    );
  });

  it('are passed over where they have gone', async () => {
    const { exporter, path } = setUp();
    exporter.export([numbered(0), numbered(1)]);
    failWith('ENOENT', path);

    expect(await exporter.searchTraces({})).toEqual([numbered(0)]);
  });

  it('are told where they are not to be read', async () => {
    const { exporter, path } = setUp();
    exporter.export([numbered(0)]);
    failWith('EACCES', path);

    await expect(exporter.getTrace('tr-1')).rejects.toThrow(
      new TracingError(`The trace file '${path}' cannot be read: Error: EACCES.`),
    );
  });
});

function setUp() {
  const path = join(temporaryFolder(), 'traces.jsonl');
  return { path, exporter: new FileExporter({ path, maxBytes: 1 }) };
}

function numbered(number: number) {
  return aTrace({ id: `tr-${number.toString(16).padStart(32, '0')}` });
}

/** As another process does that has not begun a new file yet. */
function moveOn(path: string): void {
  renameSync(`${path}.2`, `${path}.3`);
  renameSync(`${path}.1`, `${path}.2`);
  renameSync(path, `${path}.1`);
}

function failWith(code: string, path: string): void {
  faults.meddle = (_name, real, args) => {
    if (String(args[0]) === path) throw Object.assign(new Error(code), { code });
    return real(...args);
  };
}
