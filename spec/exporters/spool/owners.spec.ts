import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { flush, shutdown, stats } from 'traced-agents';
import { describe, expect, it, vi } from 'vitest';
import { startOf } from '../../../lib/exporters/spool/process-start.js';
import { defaultSpoolFolder } from '../../../lib/exporters/spool/spool-path.js';
import { faults } from '../../support/faulty-fs.js';
import { agent, fileIn, giveUp, Server, setUp, spoolFolders } from '../../support/spool-server.js';

vi.mock('node:fs', async (importOriginal) => {
  const { faultyFs } = await import('../../support/faulty-fs.js');
  return faultyFs(importOriginal);
});

const newFolder = spoolFolders();
const patience = { timeout: 60_000 };

describe('who owns a file', () => {
  it.each([
    ['a process of another machine is believed to live', { host: 'elsewhere', pid: 4711 }, 0],
    ['a process that is not there does not', { pid: 999_999_999 }, 1],
    ['a process that runs does', { pid: process.ppid, since: startOf(process.ppid) }, 0],
    ['a process whose number another has now does not', { pid: process.ppid, since: '0' }, 1],
    [
      'a process that had our number before us does not: a container has begun again',
      { pid: process.pid, since: '0' },
      1,
    ],
    ['nobody, where the name says so', { pid: 0 }, 1],
  ])(
    '%s',
    async (_title, { host, pid, since }: { host?: string; pid: number; since?: string | undefined }, delivered) => {
      const spoolDir = newFolder();
      setUp(new Server('down'), { spoolDir });
      agent(0);
      await shutdown();
      const file = fileIn(spoolDir);
      const [created, ownHost, , ownSince, id] = (file.split('/').at(-1) ?? '').split('-');
      const name = join(file, '..', [created, host ?? ownHost, pid, since ?? ownSince, id].join('-'));
      renameSync(file, name);
      const server = new Server();

      setUp(server, { spoolDir });
      await flush();

      expect(server.numbers).toHaveLength(delivered);
    },
  );

  it.runIf(process.platform === 'linux')(
    'a process has none any more that has ended, though its parent has not asked how',
    async () => {
      const spoolDir = newFolder();
      setUp(new Server('down'), { spoolDir });
      agent(0);
      await shutdown();
      // The shell is the process that becomes the parent, and asks nothing.
      const script = 'exec 3<&0; cat <&3 & echo $!; exec sleep 180';
      const parent = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
      const [said] = await once(parent.stdout, 'data');
      const pid = Number(said);
      const since = startOf(pid);
      await vi.waitUntil(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n', patience);
      parent.stdin.end();
      await vi.waitUntil(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '), patience);
      giveUp(spoolDir, pid, since);
      const server = new Server();

      setUp(server, { spoolDir });
      await flush();
      parent.kill();

      expect(server.numbers).toEqual([0]);
    },
  );

  it('is seen when a process of another machine has been silent for long: not by its clock alone', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const spoolDir = newFolder();
    setUp(new Server('down'), { spoolDir });
    agent(0);
    await shutdown();
    giveUp(spoolDir, 4711, 'x', 'elsewhere');
    vi.setSystemTime(Date.now() + 16 * 60_000);
    const server = new Server();
    setUp(server, { spoolDir });
    await flush();
    const atFirst = server.numbers.length;

    vi.advanceTimersByTime(119_000);
    await flush();
    const later = server.numbers.length;
    vi.advanceTimersByTime(2000);
    await flush();

    expect([atFirst, later, server.numbers.length]).toEqual([0, 0, 1]);
  });

  it('is told apart by the minute in which it began where the system does not tell more', async () => {
    faults.meddle = (name, real, args) => {
      if (name === 'readFileSync' && String(args[0]).startsWith('/proc/')) throw new Error('no such file');
      return real(...args);
    };
    vi.resetModules();
    const { thisStart } = await import('../../../lib/exporters/spool/process-start.js');

    expect(thisStart()).toMatch(/^m\d{8}$/);
  });

  it('may be unknown where the system does not tell when processes began', async () => {
    const spoolDir = newFolder();
    setUp(new Server('down'), { spoolDir });
    agent(0);
    await shutdown();
    giveUp(spoolDir, process.ppid, 'x');
    faults.meddle = (name, real, args) => {
      if (name === 'readFileSync' && String(args[0]).startsWith('/proc/')) throw new Error('no such file');
      return real(...args);
    };
    const server = new Server();
    setUp(server, { spoolDir });

    await flush();

    expect(server.numbers).toEqual([]);
  });

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
