import { expect, it } from 'vitest';
import { treeOf } from '../support/recording.js';
import { temporaryFolders } from '../support/temporary-folder.js';
import { runSample } from './run-sample.js';

const newFolder = temporaryFolders();

it('samples/autogen runs without a key: a team that speaks in turn and one whose speakers are chosen, in a trace each', async () => {
  const { stdout, stderr, traces } = await runSample('autogen', newFolder());

  expect(stdout).toBe(
    'user: What is 7 + 5?\nsolver: The result of 7 + 5 is 12.\nchecker: I agree. APPROVE\n' +
      'user: What is 8 * 5?\nplanner: Multiply 8 by 5, then have it checked.\n' +
      'solver: The result of 8 * 5 is 40.\nchecker: I agree. APPROVE\n',
  );
  expect(stderr).toContain('─ checker');
  const answer = 'on_messages[OpenAIChatCompletionClient.create]';
  const solution = 'on_messages[OpenAIChatCompletionClient.create calculator OpenAIChatCompletionClient.create]';
  const choice = 'SelectorGroupChat.selectSpeaker[OpenAIChatCompletionClient.create]';
  expect(traces.map(treeOf)).toEqual([
    `run[solver[solver.${solution}] checker[checker.${answer}]]`,
    `run[${choice} planner[planner.${answer}] ${choice} solver[solver.${solution}] ${choice} checker[checker.${answer}]]`,
  ]);
});
