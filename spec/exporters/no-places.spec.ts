import { join } from 'node:path';
import { type InitOptions, init, shutdown, stats, type Trace, type TraceExporter, traceAgent } from 'traced-agents';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolders } from '../support/temporary-folder.js';

vi.mock('node:os', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  homedir: () => {
    throw new Error('uv_os_homedir returned ENOENT');
  },
}));

const newFolder = temporaryFolders();
const agent = traceAgent((question: string) => `${question}!`, { name: 'agent' });

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await shutdown();
});

describe('a user who has no home', () => {
  it('has a program that runs, and traces that wait in memory', async () => {
    withoutFolders();
    const server = new Server();
    const { errors } = setUp({ exporters: [server] });

    const answer = agent('one');
    await shutdown();

    expect([answer, server.taken]).toEqual(['one!', 1]);
    expect(stats().exporters['server']).toMatchObject({ recorded: 1, exported: 1 });
    expect(errors).toEqual([
      expect.stringMatching(/^The spool has no folder: .*uv_os_homedir.* in memory only\. Name one .*spoolDir/),
    ]);
  });

  it('needs none where the folder is named', async () => {
    const { errors } = setUp({ exporters: [new Server()], spoolDir: newFolder() });

    agent('one');
    await shutdown();

    expect(errors).toEqual([]);
  });

  it('is told what to set where a workspace is asked for', () => {
    withoutFolders();
    vi.stubEnv('DATABRICKS_HOST', undefined);

    expect(() => setUp({ trackingUri: 'databricks', file: join(newFolder(), 'traces.jsonl') })).toThrow(
      /DATABRICKS_HOST/,
    );
  });
});

describe('a working directory that was deleted', () => {
  it('is told when a trace is to be written there: the program runs', () => {
    vi.spyOn(process, 'cwd').mockImplementation(() => {
      throw new Error('uv_cwd');
    });

    const { errors } = setUp({ spoolDir: 'spool', file: '\0' });

    expect(agent('one')).toBe('one!');
    expect(errors).toEqual([expect.stringMatching(/^A trace could not be written to '/)]);
  });
});

/** No variable names a folder in the home's stead. */
function withoutFolders(): void {
  for (const name of ['TRACED_AGENTS_SPOOL_DIR', 'XDG_STATE_HOME', 'LOCALAPPDATA']) vi.stubEnv(name, undefined);
}

function setUp(options: InitOptions) {
  const errors: string[] = [];
  init({ onError: ({ message }) => errors.push(message), ...options });
  return { errors };
}

class Server implements TraceExporter {
  readonly name = 'server';
  readonly destination = 'somewhere';
  taken = 0;

  export(traces: readonly Trace[]): void {
    this.taken += traces.length;
  }
}
