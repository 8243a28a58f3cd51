import { describe, expect, it } from 'vitest';
import { treeOf } from '../support/recording.js';
import { temporaryFolders } from '../support/temporary-folder.js';
import { runSample } from './run-sample.js';

const newFolder = temporaryFolders();

describe('samples/quickstart', () => {
  it('answers, prints the tokens, and leaves the trace on disk', async () => {
    const { stdout, stderr, traces } = await runSample('quickstart', newFolder());

    expect(stdout).toContain('Nothing found for: Look up "Why is the sky blue?".');
    expect(stdout).toContain(`totalTokens: ${traces[0]?.info.tokenUsage?.totalTokens}`);
    expect(stderr).toBe('');
    expect(traces.map(treeOf)).toEqual(['researcher.run[think search]']);
  });
});
