import { getLastActiveTraceId, getTrace, init, shutdown, type Trace, withSpan } from 'traced-agents';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { usageInTrace } from '../support/ai-sdk.js';
import { temporaryFolders } from '../support/temporary-folder.js';
import { blocksOfPages, examples } from './code-block.js';
import { runBlock } from './run-block.js';
import { typeErrors } from './type-errors.js';
import type { Convention } from './user-module.js';

const blocks = blocksOfPages();
const programs = [...examples(), ...blocks.filter(({ language }) => language === 'ts')];
const newFolder = temporaryFolders();
const home = process.cwd();

beforeEach(() => {
  vi.stubEnv('MLFLOW_TRACKING_URI', undefined);
  vi.stubEnv('TRACED_AGENTS_EXPORTERS', 'file');
  process.chdir(newFolder());
});

afterEach(async () => {
  await shutdown();
  process.chdir(home);
  vi.unstubAllEnvs();
});

describe('the blocks of the documentation', () => {
  it('are all of a language that a spec proves', () => {
    // Diagrams are proved by the sample that prints them; what has no language is printed, and is not proved as a whole.
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['ts', 'sh', 'mermaid', '']));
    expect(programs.length).toBeGreaterThan(40);
  });
});

describe.each(['legacy', 'standard'] as const)(
  'the programs of the documentation, in the %s convention',
  (convention) => {
    it('compile, as modules of a user', () => {
      process.chdir(home);

      expect(typeErrors(programs, convention)).toEqual([]);
    });

    it.each(programs)('$place runs', async (program) => {
      init();
      withSpan({ name: 'before' }, () => 1);

      await expect(runBlock(program, convention), program.code).resolves.toBeUndefined();
    });

    it('give what their comments tell: the usage of the README', async () => {
      const trace = await traceOf('README.md (1)', convention);

      expect(trace?.data.spans.map(({ name }) => name)).toEqual(['researcher.run', 'think', 'search']);
      expect(trace?.info.tokenUsage).toEqual({ inputTokens: 1, outputTokens: 1, totalTokens: 2 });
    });

    it('give what their comments tell: the usage of an answer that the AI SDK streams', async () => {
      const trace = await traceOf('docs/ai-sdk.md (1)', convention);

      expect(trace?.data.spans.map(({ name }) => name)).toEqual(['writer.write', 'ask']);
      expect(trace?.info.tokenUsage).toEqual(usageInTrace);
    });

    it('give what their comments tell: the tree of the conversation', async () => {
      const trace = await traceOf('docs/conversations.md (1)', convention);

      const [chat, bob, think] = trace?.data.spans ?? [];
      expect([chat?.name, bob?.name, think?.name]).toEqual(['chat', 'Bob', 'think']);
      expect([bob?.parentId, think?.parentId]).toEqual([chat?.spanId, bob?.spanId]);
      expect(bob?.inputs).toMatchObject({ message: 'Hello', sender: 'Ada' });
      expect(bob?.outputs).toMatchObject({ message: 'You said: Hello. Good bye', sender: 'Bob' });
    });
  },
);

async function traceOf(place: string, convention: Convention): Promise<Trace | undefined> {
  init();
  const program = programs.find((block) => block.place === place);
  if (program !== undefined) await runBlock(program, convention);
  return getTrace(getLastActiveTraceId());
}
