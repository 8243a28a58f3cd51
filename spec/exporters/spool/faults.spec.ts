import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { flush, init, shutdown, stats, type Trace, type TraceExporter, traceAgent } from 'traced-agents';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultSpoolFolder } from '../../../lib/exporters/spool/spool-path.js';
import { temporaryFolders } from '../../support/temporary-folder.js';

type Call = (...args: never[]) => unknown;

/** What is done instead of a call of the file system; `undefined` in `meddle`: the call itself. */
const faults = vi.hoisted(() => ({
  meddle: undefined as ((name: string, real: Call, args: never[]) => unknown) | undefined,
}));

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<Record<string, Call>>();
  const names = ['openSync', 'closeSync', 'ftruncateSync', 'writeSync', 'renameSync', 'rmSync', 'appendFileSync'];
  names.push('lstatSync', 'chmodSync', 'readdirSync', 'utimesSync', 'writeFileSync', 'mkdirSync');
  const meddled = names.map((name): [string, Call] => {
    const call = real[name] as Call; // each is there
    return [name, (...args) => (faults.meddle === undefined ? call(...args) : faults.meddle(name, call, args))];
  });
  return { ...real, ...Object.fromEntries(meddled) };
});

const newFolder = temporaryFolders();
const agent = traceAgent((number: number) => number, { name: 'agent' });

afterEach(async () => {
  faults.meddle = undefined;
  vi.useRealTimers();
  await shutdown();
});

describe('a call of the file system that fails', () => {
  it('costs no trace, whichever it is: what cannot be kept on disk is kept in memory', async () => {
    let most = 1;
    for (let failing = 0; failing < most; failing += 1) {
      const spoolDir = newFolder();
      let calls = 0;
      faults.meddle = (name, real, args) => {
        calls += 1;
        if (calls - 1 === failing) throw Object.assign(new Error(`${name} fails`), { code: 'EIO' });
        return real(...args);
      };
      const server = new Server('down');

      setUp(server, { spoolDir });
      for (const number of [0, 1, 2]) agent(number);
      await flush();
      server.isDown = false;
      agent(3);
      await flush();
      const first = stats().exporters['server'];
      await shutdown();
      faults.meddle = undefined;
      most = Math.max(most, calls);
      setUp(server, { spoolDir });
      await flush();

      expect([...new Set(server.numbers)].toSorted(), `call ${failing}`).toEqual([0, 1, 2, 3]);
      expect(first, `call ${failing}`).toMatchObject({ recorded: 4, exported: 4, spooled: 0, queued: 0, dropped: {} });
    }
    expect(most).toBeGreaterThan(15);
  });

  it('costs no trace of another run either', async () => {
    let most = 1;
    for (let failing = 0; failing < most; failing += 1) {
      const spoolDir = newFolder();
      setUp(new Server('down'), { spoolDir });
      for (const number of [0, 1, 2]) agent(number);
      await shutdown();
      let calls = 0;
      faults.meddle = (name, real, args) => {
        calls += 1;
        if (calls - 1 === failing) throw Object.assign(new Error(`${name} fails`), { code: 'EIO' });
        return real(...args);
      };
      const server = new Server();

      setUp(server, { spoolDir });
      await flush();
      await shutdown();
      faults.meddle = undefined;
      most = Math.max(most, calls);
      giveUp(spoolDir); // as if the process had ended
      setUp(server, { spoolDir });
      await flush();

      expect([...new Set(server.numbers)].toSorted(), `call ${failing}`).toEqual([0, 1, 2]);
    }
    expect(most).toBeGreaterThan(5);
  });
});

describe('a disk that takes nothing', () => {
  it('leaves a bounded number of traces in memory; more are dropped, and counted', async () => {
    faults.meddle = (name, real, args) => {
      if (name === 'writeSync') throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      return real(...args);
    };
    const server = new Server('down');
    const { errors } = setUp(server, { spoolDir: newFolder() });

    for (let number = 0; number < 300; number += 1) agent(number);
    await flush();
    const during = stats().exporters['server'];
    const ended = (await shutdown()).exporters['server'];

    expect(during).toMatchObject({
      recorded: 300,
      exported: 0,
      dropped: { 'queue full': 44 },
      queued: 256,
      spooled: 0,
    });
    expect(ended).toMatchObject({ dropped: { 'queue full': 44, shutdown: 256 }, queued: 0 });
    expect(errors.filter((message) => message.includes('no space left'))).toHaveLength(1);
  });

  it('has room again later', async () => {
    let isFull = true;
    faults.meddle = (name, real, args) => {
      if (name === 'writeSync' && isFull) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      return real(...args);
    };
    const spoolDir = newFolder();
    setUp(new Server('down'), { spoolDir });
    agent(0);
    isFull = false;
    agent(1);
    await flush();

    expect(stats().exporters['server']).toMatchObject({ queued: 1, spooled: 1 });
  });
});

describe('a file of the spool that', () => {
  it('is deleted while its traces are in memory costs none', async () => {
    const spoolDir = newFolder();
    const server = new Server();
    setUp(server, { spoolDir });
    agent(0);
    rmSync(fileIn(spoolDir));

    await flush();

    expect(server.numbers).toEqual([0]);
  });

  it('is deleted with traces that stand there only costs those, which is told and counted', async () => {
    const spoolDir = newFolder();
    const server = new Server('down');
    const { errors } = setUp(server, { spoolDir });
    agent(0);
    await flush();
    rmSync(fileIn(spoolDir));
    server.isDown = false;

    await flush();
    agent(1);
    await flush();

    expect(server.numbers).toEqual([1]);
    expect(stats().exporters['server']).toMatchObject({ recorded: 2, exported: 1, dropped: { 'spool lost': 1 } });
    expect(errors.at(-1)).toMatch(/cannot be read any more, and its traces are lost/);
  });

  it('is damaged costs what is damaged', async () => {
    const spoolDir = newFolder();
    const server = new Server('down');
    setUp(server, { spoolDir });
    for (const number of [0, 1, 2]) agent(number);
    await flush();
    const file = fileIn(spoolDir);
    const [first, second = '', third] = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, [first, 'x'.repeat(second.length), third, ''].join('\n'));
    server.isDown = false;

    await flush();

    expect(server.numbers).toEqual([0, 2]);
    expect(stats().exporters['server']).toMatchObject({
      exported: 2,
      dropped: { 'spool damaged': 1 },
      spooled: 0,
      queued: 0,
    });
  });

  it('holds nothing but damage is passed over', async () => {
    const spoolDir = newFolder();
    const server = new Server('down');
    setUp(server, { spoolDir });
    agent(0);
    await flush();
    const file = fileIn(spoolDir);
    writeFileSync(file, `${'x'.repeat(readFileSync(file).length - 1)}\n`);
    server.isDown = false;

    await flush();

    expect(stats().exporters['server']).toMatchObject({ exported: 0, dropped: { 'spool damaged': 1 }, spooled: 0 });
  });

  it('is older than it may be is given up by the process that wrote it, too', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const server = new Server('down');
    setUp(server, { spoolDir: newFolder(), spoolMaxAgeMs: 120_000 });
    agent(0);
    await flush();
    vi.setSystemTime(Date.now() + 121_000);

    await flush();

    expect(stats().exporters['server']).toMatchObject({ dropped: { 'spool expired': 1 }, spooled: 0 });
  });

  it('was left by another run is said to be in use for as long as it waits', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const spoolDir = newFolder();
    setUp(new Server('down'), { spoolDir });
    agent(0);
    await shutdown();
    const server = new Server('down');
    setUp(server, { spoolDir });
    await flush();
    const claimed = fileIn(spoolDir);
    utimesSync(claimed, new Date(0), new Date(0));
    vi.setSystemTime(Date.now() + 61_000);

    await flush();
    const touched = statSync(claimed).mtimeMs;
    rmSync(claimed);
    vi.setSystemTime(Date.now() + 61_000);
    await flush();

    expect(touched).toBeGreaterThan(1_000_000);
    expect(stats().exporters['server']).toMatchObject({ recorded: 0, recovered: 0 });
  });

  it('was left by another run, and is deleted meanwhile, is not missed', async () => {
    const spoolDir = newFolder();
    setUp(new Server('down'), { spoolDir });
    agent(0);
    await shutdown();
    const { errors } = setUp(new Server('down'), { spoolDir });
    await flush();
    rmSync(fileIn(spoolDir));

    await shutdown();

    expect(errors).toHaveLength(1); // that the server is down
  });

  it('holds more damage than is read at once is read on', async () => {
    const spoolDir = newFolder();
    setUp(new Server('down'), { spoolDir });
    agent(0);
    await shutdown();
    const file = fileIn(spoolDir);
    writeFileSync(file, `${'no trace\n'.repeat(100)}${readFileSync(file, 'utf8')}`);
    const server = new Server();
    setUp(server, { spoolDir });

    await flush();

    expect(server.numbers).toEqual([0]);
  });

  it('was set aside is deleted when it is old', async () => {
    const spoolDir = newFolder();
    setUp(new Server('down'), { spoolDir });
    agent(0);
    const bad = `${fileIn(spoolDir)}.bad`;
    writeFileSync(bad, 'x');
    utimesSync(bad, new Date(0), new Date(0));

    await flush();

    expect(existsSync(bad)).toBe(false);
  });

  it('makes room for others while its traces are on their way costs none that arrives', async () => {
    const spoolDir = newFolder();
    let arrive: () => void = () => undefined;
    const server = new Server();
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const exporter = {
      name: 'server',
      destination: 'somewhere',
      export: async (traces: readonly Trace[]) => {
        await arrived;
        server.export(traces);
      },
    };
    setUp(exporter, { spoolDir, spoolMaxBytes: 4000 });
    agent(0);
    const flushed = flush();
    for (let number = 1; number < 10; number += 1) agent(number);
    arrive();
    await flushed;

    expect(server.numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(stats().exporters['server']).toMatchObject({ exported: 10, dropped: {} });
  });

  it('another process has taken over is not waited for', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const spoolDir = newFolder();
    setUp(new Server('down'), { spoolDir });
    agent(0);
    await flush();
    renameSync(fileIn(spoolDir), join(spoolDir, 'elsewhere'));
    vi.setSystemTime(Date.now() + 61_000);

    await flush();

    expect(stats().exporters['server']).toMatchObject({ dropped: { 'spool lost': 1 }, spooled: 0 });
  });
});

describe('who owns a file', () => {
  it.each([
    ['a process of another machine is believed to live', { host: 'elsewhere', pid: 4711 }, 0],
    [
      'a process of another machine that has been silent for long is not',
      { host: 'elsewhere', pid: 4711, silentMs: 16 * 60_000 },
      1,
    ],
    ['a process that is not there does not', { pid: 999_999_999 }, 1],
    ['a process that runs does', { pid: process.ppid }, 0],
    [
      'a process that had our number before us does not: a container has begun again',
      { pid: process.pid, since: '0' },
      1,
    ],
    ['nobody, where the name says so', { pid: 0 }, 1],
  ])(
    '%s',
    async (_title, {
      host,
      pid,
      since,
      silentMs = 0,
    }: { host?: string; pid: number; since?: string; silentMs?: number }, delivered) => {
      const spoolDir = newFolder();
      setUp(new Server('down'), { spoolDir });
      agent(0);
      await shutdown();
      const file = fileIn(spoolDir);
      const [created, ownHost, , ownSince, id] = (file.split('/').at(-1) ?? '').split('-');
      const name = join(file, '..', [created, host ?? ownHost, pid, since ?? ownSince, id].join('-'));
      renameSync(file, name);
      const written = new Date(Date.now() - silentMs);
      utimesSync(name, written, written);
      const server = new Server();

      setUp(server, { spoolDir });
      await flush();

      expect(server.numbers).toHaveLength(delivered);
    },
  );

  it('is not asked of a folder of another user', async () => {
    const spoolDir = newFolder();
    const own = process.getuid?.() ?? 0;
    const spy = vi.spyOn(process as { getuid: () => number }, 'getuid').mockReturnValue(own + 1);
    const server = new Server();
    const { errors } = setUp(server, { spoolDir });

    agent(0);
    await flush();
    spy.mockRestore();

    expect(errors).toEqual([expect.stringContaining('belongs to another user')]);
    expect(server.numbers).toEqual([0]);
  });

  it('is not asked where the system knows no users', async () => {
    const { getuid } = process;
    Object.assign(process, { getuid: undefined });
    const server = new Server('down');
    setUp(server, { spoolDir: newFolder() });

    agent(0);
    await flush();
    Object.assign(process, { getuid });

    expect(stats().exporters['server']).toMatchObject({ spooled: 1 });
  });
});

describe('the folder by default', () => {
  it.each([
    ['linux', { XDG_STATE_HOME: '/state' }, '/state/traced-agents/spool'],
    ['linux', {}, join(homedir(), '.local/state/traced-agents/spool')],
    ['darwin', { LOCALAPPDATA: '/local' }, join(homedir(), '.local/state/traced-agents/spool')],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/traced-agents/spool'],
  ])('is where %s keeps such things', (platform, environment, expected) => {
    expect(defaultSpoolFolder(environment, platform)).toBe(expected);
  });

  it('is used where none is named', async () => {
    const state = newFolder();
    vi.stubEnv('TRACED_AGENTS_SPOOL_DIR', undefined);
    vi.stubEnv('XDG_STATE_HOME', state);
    setUp(new Server('down'), {});
    vi.unstubAllEnvs();

    agent(0);

    expect(readdirSync(join(state, 'traced-agents', 'spool'))).toEqual([
      expect.stringMatching(/^somewhere-[0-9a-f]{8}$/),
    ]);
  });
});

/** Takes what it is given, or is down. */
class Server implements TraceExporter {
  readonly name = 'server';
  readonly destination = 'somewhere';
  readonly numbers: number[] = [];
  isDown: boolean;

  constructor(state?: 'down') {
    this.isDown = state === 'down';
  }

  export(traces: readonly Trace[]): void {
    if (this.isDown) throw new Error('down');
    this.numbers.push(...traces.map(({ info }) => Number(/\d+/.exec(info.requestPreview ?? '')?.[0])));
  }
}

function setUp(exporter: TraceExporter, options: NonNullable<Parameters<typeof init>[0]>) {
  const errors: string[] = [];
  init({ exporters: [exporter], onError: ({ message }) => errors.push(message), ...options });
  return { errors };
}

function fileIn(spoolDir: string): string {
  const [file] = filesIn(spoolDir);
  if (file === undefined) throw new Error('There is no file.');
  return file;
}

function filesIn(spoolDir: string): string[] {
  return readdirSync(spoolDir, { recursive: true })
    .map((name) => join(spoolDir, String(name)))
    .filter((path) => path.endsWith('.jsonl'));
}

function giveUp(spoolDir: string): void {
  for (const file of filesIn(spoolDir)) {
    const [created, host, , since, id] = (file.split('/').at(-1) ?? '').split('-');
    renameSync(file, join(file, '..', [created, host, 0, since, id].join('-')));
  }
}
