import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { flush, shutdown, stats } from 'traced-agents';
import { describe, expect, it, vi } from 'vitest';
import { faults } from '../../support/faulty-fs.js';
import { agent, fileIn, filesIn, Server, setUp, spoolFolders, waitingTraces } from '../../support/spool-server.js';

vi.mock('node:fs', async (importOriginal) => {
  const { faultyFs } = await import('../../support/faulty-fs.js');
  return faultyFs(importOriginal);
});

vi.mock('node:fs/promises', async (importOriginal) => {
  const { faultyFs } = await import('../../support/faulty-fs.js');
  return faultyFs(importOriginal);
});

const newFolder = spoolFolders();

describe('a file that cannot be said to be in use', () => {
  it.each(['EROFS', 'ENOSPC', 'EACCES', 'EIO'])(
    'for %s stays in use: its traces are delivered from it',
    async (code) => {
      const spoolDir = newFolder();
      const { server, errors, file } = await waitingTraces([0, 1, 2], { spoolDir });
      faults.meddle = (name, real, args) => {
        if (/^(utimes|write|open)Sync$/.test(name)) throw Object.assign(new Error(`${name} fails`), { code });
        return real(...args);
      };

      await flush();
      const during = stats().exporters['server'];
      const kept = fileIn(spoolDir);
      faults.meddle = undefined;
      server.isDown = false;
      await flush();

      expect(kept).toBe(file);
      expect(during).toMatchObject({ spooled: 3, dropped: {} });
      expect(server.numbers).toEqual([0, 1, 2]);
      expect(errors.at(-1)).toMatch(/^A file of the spool '.*' cannot be changed: Error: utimesSync fails/);
    },
  );
});

describe('a file that is gone', () => {
  it('and cannot be written anew keeps its place in the row until it can', async () => {
    const spoolDir = newFolder();
    const server = new Server('down');
    setUp(server, { spoolDir, spoolMaxTraces: 16 });
    for (const number of [0, 1]) agent(number);
    const first = fileIn(spoolDir);
    for (const number of [2, 3]) agent(number);
    const [second = ''] = filesIn(spoolDir).filter((file) => file !== first);
    for (const number of [4, 5]) agent(number);
    await flush();
    rmSync(second);
    server.isDown = false;
    faults.meddle = (name, real, args) => {
      if (name === 'openSync') throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      return real(...args);
    };

    await flush();
    const during = [...server.numbers];
    faults.meddle = undefined;
    await flush();

    expect(during).toEqual([0, 1]);
    expect(server.numbers.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(stats().exporters['server']).toMatchObject({ exported: 6, dropped: {}, spooled: 0 });
  });

  it('at the end of the run, with a file in the place of its folder, costs its traces: that is told and counted', async () => {
    const { errors, file } = await waitingTraces([0, 1], { spoolDir: newFolder() });
    rmSync(dirname(file), { recursive: true });
    writeFileSync(dirname(file), '');

    await shutdown();

    expect(stats().exporters['server']).toMatchObject({ recorded: 2, dropped: { 'spool lost': 2 }, spooled: 0 });
    expect(errors.at(-1)).toBe(`2 traces that waited on disk are lost: ${file} is gone.`);
  });

  it('at the end of the run is written anew for the next one', async () => {
    const spoolDir = newFolder();
    const { server } = await waitingTraces([0, 1], { spoolDir });
    server.export = () => {
      for (const file of filesIn(spoolDir)) rmSync(file);
      throw new Error('down');
    };
    await shutdown();
    const next = new Server();

    setUp(next, { spoolDir });
    await flush();

    expect(next.numbers).toEqual([0, 1]);
  });
});

describe('a file whose place another has taken', () => {
  it('is written anew, and the other is left alone', async () => {
    const { server, file } = await waitingTraces([0, 1], { spoolDir: newFolder() });
    rmSync(file);
    writeFileSync(file, 'another');
    server.isDown = false;

    await flush();

    expect(server.numbers).toEqual([0, 1]);
    expect(readFileSync(file, 'utf8')).toBe('another');
  });
});

describe('a file that', () => {
  it('cannot be read just now is tried again', async () => {
    const { server, errors } = await waitingTraces([0], { spoolDir: newFolder() });
    faults.meddle = (name, real, args) => {
      if (name === 'open') throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
      return real(...args);
    };
    server.isDown = false;

    await flush();
    const during = stats().exporters['server'];
    faults.meddle = undefined;
    await flush();

    expect(during).toMatchObject({ recorded: 1, spooled: 1, dropped: {} });
    expect(server.numbers).toEqual([0]);
    expect(errors.at(-1)).toMatch(/cannot be read: Error: too many open files.*It is tried again/);
  });
});

describe('traces that have to be given up', () => {
  it.each([
    ['their number', { spoolMaxTraces: 16 }, 'more than 16 waited (option spoolMaxTraces)', 'spool full'],
    ['their bytes', { spoolMaxBytes: 20_000 }, 'no room for newer ones (option spoolMaxBytes)', 'spool full'],
    ['their age', { spoolMaxAgeMs: 60_000 }, 'older than 60000 ms (option spoolMaxAgeMs)', 'spool expired'],
  ])('for %s are told of once, with the option to raise', async (_cause, limits, told, reason) => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const { errors } = setUp(new Server('down'), { spoolDir: newFolder(), ...limits });
    agent(0);
    await flush();
    for (let number = 1; number < 100; number += 1) agent(number);
    vi.advanceTimersByTime(70_000);
    await flush();

    expect(errors).toEqual([expect.stringContaining('down'), expect.stringContaining(told)]);
    expect(stats().exporters['server']?.dropped).toHaveProperty(reason);
  });
});

describe('a line of which only a piece can be written, and not taken back', () => {
  it('is in memory, and shifts no other: the next ones stand in another file', async () => {
    const spoolDir = newFolder();
    const server = new Server('down');
    setUp(server, { spoolDir });
    agent(0);
    tear();
    agent(1);
    faults.meddle = undefined;
    await flush();
    for (const number of [2, 3, 4]) agent(number);
    await flush();
    const files = filesIn(spoolDir).map((file) => readFileSync(file, 'utf8').split('\n').length - 1);
    server.isDown = false;

    await flush();

    expect(files.toSorted()).toEqual([1, 3]);
    expect(server.numbers.toSorted()).toEqual([0, 1, 2, 3, 4]);
    expect(stats().exporters['server']).toMatchObject({ exported: 5, dropped: {}, spooled: 0, queued: 0 });
  });

  it('hides nothing from the next run: what was delivered before it comes again at the worst', async () => {
    const spoolDir = newFolder();
    const server = new Server('down');
    setUp(server, { spoolDir });
    for (let number = 0; number < 40; number += 1) agent(number);
    await flush();
    tear();
    agent(40);
    faults.meddle = undefined;
    let calls = 0;
    server.export = (traces) => {
      calls += 1;
      server.isDown = calls > 2;
      Server.prototype.export.call(server, traces);
    };
    await flush();
    await shutdown();
    const next = new Server();

    setUp(next, { spoolDir });
    await flush();

    expect(new Set([...server.numbers, ...next.numbers]).size).toBe(41);
  });
});

describe('what was set aside', () => {
  it('goes before any trace where room is needed, the oldest first, and that is told', async () => {
    const spoolDir = newFolder();
    const { errors } = setUp(new Server('down'), { spoolDir, spoolMaxBytes: 40_000 });
    agent(0);
    await flush();
    const file = fileIn(spoolDir);
    const [older, newer] = [`${file.replace(/[^/]+$/, (name) => `000000000${name.slice(9)}`)}.bad`, `${file}.bad`];
    writeFileSync(older, 'x'.repeat(30_000));
    writeFileSync(newer, 'x'.repeat(10_000));
    await flush();

    for (const number of [1, 2, 3]) agent(number);
    await flush();

    expect([existsSync(older), existsSync(newer)]).toEqual([false, true]);
    expect(stats().exporters['server']).toMatchObject({ spooled: 4, dropped: {} });
    expect(errors.at(-1)).toMatch(/\.bad, where lines were set aside, is deleted: .*\(option spoolMaxBytes\)/);
  });
});

describe('a file that cannot be closed', () => {
  it('is given up all the same, and the queue goes on', async () => {
    const { server, errors, file } = await waitingTraces([0], { spoolDir: newFolder() });
    rmSync(file);
    server.isDown = false;
    faults.meddle = (name, real, args) => {
      if (/^(read|close)Sync$/.test(name)) throw Object.assign(new Error(`${name} fails`), { code: 'EIO' });
      return real(...args);
    };

    await flush();
    agent(1);
    await flush();

    expect(server.numbers).toEqual([1]);
    expect(stats().exporters['server']).toMatchObject({ exported: 1, dropped: { 'spool lost': 1 } });
    expect(errors.filter((message) => message.includes('in its queue'))).toEqual([]);
  });

  it('is deleted all the same when its traces have been delivered', async () => {
    const spoolDir = newFolder();
    const server = new Server('down');
    setUp(server, { spoolDir, spoolMaxTraces: 16 });
    for (let number = 0; number < 6; number += 1) agent(number);
    await flush();
    server.isDown = false;
    let fails = 0;
    faults.meddle = (name, real, args) => {
      if (name === 'closeSync' && ++fails === 1) throw Object.assign(new Error('cannot be closed'), { code: 'EIO' });
      return real(...args);
    };

    await flush();

    expect(server.numbers).toEqual([0, 1, 2, 3, 4, 5]);
    expect(filesIn(spoolDir)).toHaveLength(1); // the one that is written to
    expect(stats().exporters['server']).toMatchObject({ exported: 6, dropped: {}, spooled: 0 });
  });

  it('is left to the next run with all others', async () => {
    const spoolDir = newFolder();
    setUp(new Server('down'), { spoolDir, spoolMaxTraces: 16 });
    for (let number = 0; number < 6; number += 1) agent(number);
    await flush();
    let fails = 0;
    faults.meddle = (name, real, args) => {
      if (name === 'closeSync' && ++fails === 1) throw Object.assign(new Error('cannot be closed'), { code: 'EIO' });
      return real(...args);
    };
    await shutdown();
    faults.meddle = undefined;
    const server = new Server();

    setUp(server, { spoolDir });
    await flush();

    expect(server.numbers.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

/** From now on half of what is written stands on disk, and cannot be cut off. */
function tear(): void {
  faults.meddle = (name, real, args: unknown[]) => {
    const call = real as (...args: unknown[]) => unknown;
    if (name === 'ftruncateSync') throw Object.assign(new Error('cannot be cut off'), { code: 'EIO' });
    if (name !== 'writeSync') return call(...args);
    call(args[0], args[1], 0, 50);
    throw Object.assign(new Error('cannot be written'), { code: 'EIO' });
  };
}
