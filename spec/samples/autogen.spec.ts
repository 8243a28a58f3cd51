import { expect, it } from 'vitest';
import { treeOf } from '../support/recording.js';
import { temporaryFolders } from '../support/temporary-folder.js';
import { runSample } from './run-sample.js';

const newFolder = temporaryFolders();

it('samples/autogen runs without a key: a team of two, in one trace', async () => {
  const { stdout, stderr, traces } = await runSample('autogen', newFolder());

  expect(stdout).toBe('user: What is 7 + 5?\nsolver: The result of 7 + 5 is 12.\nchecker: I agree. APPROVE\n');
  expect(stderr).toContain('─ checker');
  expect(traces.map(treeOf)).toEqual([
    'run[solver[solver.on_messages[OpenAIChatCompletionClient.create calculator OpenAIChatCompletionClient.create]] ' +
      'checker[checker.on_messages[OpenAIChatCompletionClient.create]]]',
  ]);
});
