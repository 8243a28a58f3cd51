import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as api from 'traced-agents';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Example {
  readonly place: string;
  readonly code: string;
}

/** Every `@example` of the sources, as it stands in the documentation. */
function examples(): Example[] {
  const files = readdirSync('lib', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const source = readFileSync(join('lib', file), 'utf8');
    return [...source.matchAll(/@example\n([^]*?)\*\//g)].map(([, block = ''], index) => ({
      place: `lib/${file} (${index + 1})`,
      code: (/```ts\n([^]*?)```/.exec(block.replace(/^ *\* ?/gm, ''))?.[1] ?? '').trim(),
    }));
  });
}

const answer = { model: 'gpt-4o-mini', usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } };

/** What the examples speak of and do not define. */
const surroundings = {
  openai: { chat: { completions: { create: async () => answer } } },
  client: { responses: { create: async () => answer } },
  agent: { run: async (question: string) => question },
  console: { log: () => undefined, error: () => undefined },
  SearchClient: class {
    query(): string {
      return 'found';
    }
  },
};

async function run(code: string, more: Record<string, unknown>): Promise<void> {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    experimentalDecorators: true,
  };
  const { outputText } = ts.transpileModule(code, { compilerOptions });
  const scope = { ...api, ...surroundings, ...more };
  const AsyncFunction = (async () => undefined).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<void>;
  await new AsyncFunction(...Object.keys(scope), outputText)(...Object.values(scope));
}

let home: string;
let folder: string;

beforeEach(() => {
  home = process.cwd();
  folder = mkdtempSync(join(tmpdir(), 'traced-agents-'));
});

afterEach(async () => {
  await api.shutdown();
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

describe('the examples in the documentation', () => {
  it('are there', () => {
    expect(examples().length).toBeGreaterThan(20);
  });

  it.each(examples())('$place runs', async ({ place, code }) => {
    api.init({ exporters: [new api.FileExporter({ path: join(folder, 'traces.jsonl') })] });
    api.withSpan({ name: 'before' }, () => 1);
    const trace = await api.getTrace(api.getLastActiveTraceId());
    const span = trace?.data.spans[0];
    const own = (name: string) => !new RegExp(`\\b(?:const|class|let) ${name}\\b`).test(code);
    const more = Object.fromEntries(Object.entries({ trace, span }).filter(([name]) => own(name)));
    process.chdir(folder);

    await expect(run(code, more), `${place}:\n${code}`).resolves.toBeUndefined();
  });
});
