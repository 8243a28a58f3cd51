import {
  chmodSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { flush, init, shutdown, stats, type Trace, type TraceExporter, traceAgent } from 'traced-agents';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RejectedTracesError } from '../../../lib/errors.js';
import { temporaryFolders } from '../../support/temporary-folder.js';

vi.mock('node:timers', () => import('../../support/faked-timers.js'));

const newFolder = temporaryFolders();
const agent = traceAgent((question: string) => `${question}!`, { name: 'agent' });

afterEach(async () => {
  vi.useRealTimers();
  await shutdown();
});

describe('a server that takes what it is given', () => {
  it('leaves nothing on disk', async () => {
    const spoolDir = newFolder();
    const server = new Server();
    setUp(server, { spoolDir });

    agent('one');
    const during = contentOf(spoolDir);
    await flush();

    expect(during).toContain('one!');
    expect(contentOf(spoolDir)).toBe('');
    expect(stats().exporters['server']).toEqual({
      recorded: 1,
      exported: 1,
      dropped: {},
      spooled: 0,
      queued: 0,
      recovered: 0,
      abandoned: 0,
    });
    await shutdown();
    expect(filesIn(spoolDir)).toEqual([]);
  });

  it('may refuse some: they are not sent again', async () => {
    const spoolDir = newFolder();
    const server = new Server(() => Promise.reject(new RejectedTracesError(['tr-1'], 'too odd')));
    setUp(server, { spoolDir });

    agent('one');
    agent('two');
    await flush();

    expect(stats().exporters['server']).toMatchObject({ exported: 1, dropped: { rejected: 1 }, spooled: 0, queued: 0 });
    expect(contentOf(spoolDir)).toBe('');
  });
});

describe('a server that is down', () => {
  it('gets everything with the next run, once, in the order of the ends', async () => {
    const spoolDir = newFolder();
    const { errors } = setUp(new Server(down), { spoolDir });
    for (const question of ['1', '2', '3']) agent(question);
    const ended = await shutdown();
    const server = new Server();

    setUp(server, { spoolDir });
    agent('4');
    await flush();
    setUp(new Server(), { spoolDir });
    await flush();

    expect(ended.exporters['server']).toMatchObject({ recorded: 3, exported: 0, dropped: {}, spooled: 3, queued: 0 });
    expect(server.questions.toSorted()).toEqual(['1', '2', '3', '4']);
    expect(server.questions.filter((question) => question !== '4')).toEqual(['1', '2', '3']);
    expect(stats().exporters['server']).toMatchObject({ recorded: 0, recovered: 0 });
    expect(filesIn(spoolDir)).toEqual([]);
    expect(errors).toEqual([
      "The exporter 'server' failed; its traces are kept on disk, and sent later: Error: connection refused.",
    ]);
  });

  it('counts what it gets of earlier runs for itself', async () => {
    const spoolDir = newFolder();
    setUp(new Server(down), { spoolDir });
    agent('1');
    await shutdown();

    setUp(new Server(), { spoolDir });
    agent('2');
    await flush();

    expect(stats().exporters['server']).toMatchObject({ recorded: 1, exported: 1, recovered: 1 });
  });

  it('gets everything of the same run when it is up again, more than memory holds, in order', async () => {
    const spoolDir = newFolder();
    const server = new Server(down);
    setUp(server, { spoolDir });
    const questions = Array.from({ length: 700 }, (_, index) => String(index));

    for (const question of questions.slice(0, 400)) agent(question);
    await flush();
    const meanwhile = stats().exporters['server'];
    server.answer = () => undefined;
    for (const question of questions.slice(400)) agent(question);
    await flush();

    expect(meanwhile).toMatchObject({ recorded: 400, exported: 0, spooled: 400, queued: 0 });
    expect(server.questions).toEqual(questions);
    expect(stats().exporters['server']).toMatchObject({ recorded: 700, exported: 700, spooled: 0, queued: 0 });
    expect(contentOf(spoolDir)).toBe('');
  });

  it('is asked again by itself, later and later, and not for each new trace', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const calls: number[] = [];
    const server = new Server(() => {
      calls.push(server.questions.length);
      return down();
    });
    const pass = async (ms: number): Promise<void> => {
      await vi.advanceTimersByTimeAsync(ms);
      while (vi.getTimerCount() === 0) await later(1); // the disk takes real time; after a try, the next one is waited for
    };
    setUp(server, { spoolDir: newFolder() });
    agent('1');
    await pass(500);

    for (let index = 0; index < 100; index += 1) agent(String(index));
    const counts: number[] = [];
    for (const ms of [4999, 1, 9999, 1]) {
      await pass(ms);
      counts.push(calls.length);
    }
    server.answer = () => undefined;
    await vi.advanceTimersByTimeAsync(20_000);
    while (stats().exporters['server']?.exported !== 101) await later(1);

    expect(counts).toEqual([1, 2, 2, 3]);
    expect(stats().exporters['server']).toMatchObject({ exported: 101, spooled: 0, queued: 0 });
  });

  it('never keeps the program from its end', async () => {
    setUp(new Server(() => new Promise(() => undefined)), { spoolDir: newFolder(), shutdownTimeoutMs: 50 });
    agent('1');

    const ended = await shutdown();

    expect(ended.exporters['server']).toMatchObject({ recorded: 1, spooled: 1, queued: 0, dropped: {} });
  });
});

describe('what other runs have left', () => {
  it('is delivered although lines of it are damaged; they are set aside, and told', async () => {
    const spoolDir = newFolder();
    const file = await leave(spoolDir, ['1', '2']);
    const [first, second] = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, `${first}\n{"info":\u0000\n\n${second}\n{"info":{"trace_id":"tr-cut`);
    const server = new Server();

    const { errors } = setUp(server, { spoolDir });
    await flush();

    expect(server.questions).toEqual(['1', '2']);
    expect(errors).toEqual([
      expect.stringMatching(/2 lines that an earlier run has left are no traces\. They stand in .*\.bad now/),
    ]);
    expect(filesIn(spoolDir).map((name) => readFileSync(name, 'utf8'))).toEqual([
      '{"info":\u0000\n{"info":{"trace_id":"tr-cut\n',
    ]);
  });

  it('is not looked for behind links, nor in files of others', async () => {
    const [spoolDir, elsewhere] = [newFolder(), newFolder()];
    const file = await leave(spoolDir, ['1']);
    const target = join(elsewhere, 'target.jsonl');
    writeFileSync(target, readFileSync(file));
    writeFileSync(join(file, '..', 'notes.jsonl'), readFileSync(file));
    symlinkSync(target, file.replace('.jsonl', '0.jsonl').replace(/[0-9a-f]{8}0\.jsonl$/, '00000000.jsonl'));
    const server = new Server();

    setUp(server, { spoolDir });
    await flush();

    expect(server.questions).toEqual(['1']);
    expect(readFileSync(target, 'utf8')).toContain('1!');
  });

  it('is deleted when it is too old, and that is told', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const spoolDir = newFolder();
    utimesSync(await leave(spoolDir, ['1']), new Date(0), new Date(0));
    const server = new Server(down);
    const { errors } = setUp(server, { spoolDir, spoolMaxAgeMs: 1 });
    await flush();
    vi.advanceTimersByTime(121_000);

    await flush();

    expect([server.questions, filesIn(spoolDir)]).toEqual([[], []]);
    expect(stats().exporters['server']).toMatchObject({ recovered: 0, abandoned: 1 });
    expect(errors).toEqual([
      expect.stringContaining('connection refused'),
      expect.stringMatching(
        /^1 traces that an earlier run had left in .* were never delivered, and are deleted: it is older than 1 ms/,
      ),
    ]);
  });

  it('belongs to its destination', async () => {
    const spoolDir = newFolder();
    await leave(spoolDir, ['1']);
    const server = new Server(undefined, 'another');

    setUp(server, { spoolDir });
    await flush();

    expect(server.questions).toEqual([]);
  });
});

describe('at the end of the process', () => {
  it('what was not delivered is left to the next one, at once', async () => {
    const spoolDir = newFolder();
    const before = process.listeners('exit');
    setUp(new Server(down), { spoolDir });
    const [leave] = process.listeners('exit').filter((listener) => !before.includes(listener));
    agent('1');

    leave?.(0);

    expect(stats().exporters['server']).toMatchObject({ recorded: 1, spooled: 1, queued: 0, dropped: {} });
    const server = new Server();
    setUp(server, { spoolDir });
    await flush();
    expect(server.questions).toEqual(['1']);
  });

  it('what is on its way then is left to the next one as well, and counted as that', async () => {
    const spoolDir = newFolder();
    let arrive: () => void = () => undefined;
    const before = process.listeners('exit');
    const server = new Server(() => new Promise((resolve) => (arrive = resolve)));
    const isAsked = vi.spyOn(server, 'export');
    setUp(server, { spoolDir });
    const [leave] = process.listeners('exit').filter((listener) => !before.includes(listener));
    agent('1');
    const flushed = flush();
    await vi.waitUntil(() => isAsked.mock.calls.length > 0, { timeout: 60_000 });

    leave?.(0);
    const atTheEnd = stats().exporters['server'];
    arrive();
    await flushed;

    expect(atTheEnd).toMatchObject({ recorded: 1, exported: 0, spooled: 1, queued: 0, dropped: {} });
    expect(stats().exporters['server']).toMatchObject({ recorded: 1, exported: 0, spooled: 1 });
  });
});

describe('the folder', () => {
  it('is for its owner only, whatever it was before, and so are its files', async () => {
    const spoolDir = join(newFolder(), 'a', 'b');
    await leave(spoolDir, ['0']);
    chmodSync(join(spoolDir, readdirSync(spoolDir)[0] ?? ''), 0o755);
    setUp(new Server(down), { spoolDir });

    agent('1');

    const [folder = ''] = readdirSync(spoolDir).map((name) => join(spoolDir, name));
    const files = readdirSync(folder).map((name) => join(folder, name));
    expect(modeOf(folder)).toBe(0o700);
    expect(files.map(modeOf)).toEqual(files.map(() => 0o600));
    expect(readFileSync(join(folder, 'destination.txt'), 'utf8')).toBe('somewhere\n');
  });

  it('that cannot be made leaves traces in memory, and is told once', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    const server = new Server();

    const { errors } = setUp(server, { spoolDir: file });
    agent('1');
    agent('2');
    await flush();

    expect(server.questions).toEqual(['1', '2']);
    expect(errors).toEqual([
      expect.stringMatching(/The spool '.*' cannot be used: .*\(option spoolDir, or TRACED_AGENTS_SPOOL_DIR\)/),
    ]);
    expect(stats().exporters['server']).toMatchObject({ recorded: 2, exported: 2 });
  });

  it('is not made where the spool is switched off', async () => {
    const spoolDir = join(newFolder(), 'none');
    setUp(new Server(down), { spoolDir, spool: false });

    agent('1');
    await flush();

    expect(readdirSync(join(spoolDir, '..'))).toEqual([]);
    expect(stats().exporters['server']).toEqual({
      recorded: 1,
      exported: 0,
      dropped: { 'export failed': 1 },
      spooled: 0,
      queued: 0,
      lastError: expect.anything(),
    });
  });

  it('holds no more bytes than it may: the oldest go, and are counted', async () => {
    const spoolDir = newFolder();
    setUp(new Server(down), { spoolDir, spoolMaxBytes: 40_000 });
    agent('0');
    await flush();

    for (let index = 1; index < 200; index += 1) agent(String(index));
    const { recorded, dropped, spooled, queued } = stats().exporters['server'] ?? {};

    expect(contentOf(spoolDir).length).toBeLessThanOrEqual(40_000);
    expect(contentOf(spoolDir)).toContain('199!');
    expect(dropped?.['spool full']).toBeGreaterThan(100);
    expect((dropped?.['spool full'] ?? 0) + (spooled ?? 0) + (queued ?? 0)).toBe(recorded);
  });

  it('holds no more traces than it may, and not many fewer', async () => {
    const spoolDir = newFolder();
    setUp(new Server(down), { spoolDir, spoolMaxTraces: 80 });

    for (let index = 0; index < 500; index += 1) agent(String(index));
    await flush();
    const { spooled = 0, dropped } = stats().exporters['server'] ?? {};

    expect(spooled).toBeGreaterThanOrEqual(70);
    expect(spooled + (dropped?.['spool full'] ?? 0)).toBe(500 - (stats().exporters['server']?.queued ?? 0));
    expect(contentOf(spoolDir).split('\n').length - 1).toBeLessThanOrEqual(80);
    expect(contentOf(spoolDir)).toContain('499!');
  });

  it('is not emptied for a trace that could never fit', async () => {
    const spoolDir = newFolder();
    await leave(spoolDir, ['0', '1']);
    const server = new Server(down);
    setUp(server, { spoolDir, spoolMaxBytes: 50_000 });

    agent('x'.repeat(60_000));

    expect(contentOf(spoolDir)).toContain('1!');
    expect(stats().exporters['server']).toMatchObject({ recorded: 1, queued: 1, abandoned: 0 });
  });

  it('may be filled by others: then traces are in memory only, which is told once', async () => {
    const spoolDir = newFolder();
    const file = await leave(spoolDir, ['0']);
    const [created, , , since, id] = file.split('/').at(-1)?.split('-') ?? [];
    writeFileSync(join(file, '..', [created, 'elsewhere', process.ppid, since, id].join('-')), 'x'.repeat(5000));
    rmSync(file);
    const server = new Server();

    const { errors } = setUp(server, { spoolDir, spoolMaxBytes: 4000 });
    agent('1');
    agent('2');
    const during = contentOf(spoolDir);
    await flush();

    expect(during).toHaveLength(5000);
    expect(server.questions).toEqual(['1', '2']);
    expect(errors).toEqual([expect.stringContaining('its 4000 bytes are used up (option spoolMaxBytes)')]);
  });

  it('makes room by what earlier runs have left first', async () => {
    const spoolDir = newFolder();
    const file = await leave(spoolDir, Array.from({ length: 20 }, String));
    const { errors } = setUp(new Server(down), { spoolDir, spoolMaxBytes: statSync(file).size + 1000 });

    agent('new');
    agent('new');

    expect(filesIn(spoolDir)).not.toContain(file);
    expect(stats().exporters['server']).toMatchObject({ recorded: 2, dropped: {}, abandoned: 20 });
    expect(errors).toEqual([
      expect.stringMatching(/^20 traces that an earlier run had left .* no room for newer ones/),
    ]);
  });
});

/** What an exporter that sends somewhere does, without the way there. */
class Server implements TraceExporter {
  readonly name = 'server';
  readonly destination: string;
  readonly questions: string[] = [];
  answer: () => void | Promise<void>;

  constructor(answer: () => void | Promise<void> = () => undefined, destination = 'somewhere') {
    this.answer = answer;
    this.destination = destination;
  }

  async export(traces: readonly Trace[]): Promise<void> {
    await this.answer();
    this.questions.push(...traces.map(({ info }) => (info.requestPreview ?? '').replace(/\D/g, '')));
  }
}

function down(): Promise<void> {
  return Promise.reject(new Error('connection refused'));
}

function setUp(exporter: TraceExporter, options: Parameters<typeof init>[0]) {
  const errors: string[] = [];
  init({ exporters: [exporter], onError: ({ message }) => errors.push(message), ...options });
  return { errors };
}

/** A file of a run that could not deliver. */
async function leave(spoolDir: string, questions: readonly string[]): Promise<string> {
  setUp(new Server(down), { spoolDir });
  for (const question of questions) agent(question);
  await shutdown();
  const [file] = filesIn(spoolDir);
  if (file === undefined) throw new Error('nothing was left');
  return file;
}

function filesIn(spoolDir: string): string[] {
  return readdirSync(spoolDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'destination.txt')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function contentOf(spoolDir: string): string {
  return filesIn(spoolDir)
    .map((path) => readFileSync(path, 'utf8'))
    .join('');
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}
