import { existsSync, readFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flush, sendTraces, shutdown, stats, type Trace } from 'traced-agents';
import { describe, expect, it, vi } from 'vitest';
import { startOf } from '../../../lib/exporters/spool/process-start.js';
import { faults } from '../../support/faulty-fs.js';
import {
  agent,
  fileIn,
  filesIn,
  giveUp,
  Server,
  setUp,
  spoolFolders,
  waitingTraces,
} from '../../support/spool-server.js';

vi.mock('node:fs', async (importOriginal) => {
  const { faultyFs } = await import('../../support/faulty-fs.js');
  return faultyFs(importOriginal);
});

const newFolder = spoolFolders();

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

    for (let number = 0; number < 2100; number += 1) agent(number);
    await flush();
    const during = stats().exporters['server'];
    const ended = (await shutdown()).exporters['server'];

    expect(during).toMatchObject({
      recorded: 2100,
      exported: 0,
      dropped: { 'queue full': 52 },
      queued: 2048,
      spooled: 0,
    });
    expect(ended).toMatchObject({ dropped: { 'queue full': 52, shutdown: 2048 }, queued: 0 });
    expect(errors.filter((message) => message.includes('no space left'))).toHaveLength(1);
  });

  it('keeps the order of what fails again and again: nothing can go to the end of the line', async () => {
    const { server } = await waitingTraces([0, 1, 2], { spoolDir: newFolder() });
    faults.meddle = (name, real, args) => {
      if (name === 'writeSync') throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      return real(...args);
    };
    for (let call = 0; call < 15; call += 1) await flush();
    faults.meddle = undefined;
    server.isDown = false;

    await flush();

    expect(server.numbers).toEqual([0, 1, 2]);
    expect(stats().exporters['server']).toMatchObject({ recorded: 3, exported: 3, dropped: {} });
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

  it('is deleted with traces that stand there only is written anew: it is still open', async () => {
    const { server, file } = await waitingTraces([0, 1, 2], { spoolDir: newFolder() });
    rmSync(file);
    server.isDown = false;

    await flush();
    agent(3);
    await flush();

    expect(server.numbers).toEqual([0, 1, 2, 3]);
    expect(stats().exporters['server']).toMatchObject({ recorded: 4, exported: 4, dropped: {} });
  });

  it('is deleted and cannot be read any more costs its traces, which is told and counted', async () => {
    const { server, errors, file } = await waitingTraces([0], { spoolDir: newFolder() });
    rmSync(file);
    server.isDown = false;
    faults.meddle = (name, real, args) => {
      if (name === 'readSync') throw Object.assign(new Error('no such device'), { code: 'EIO' });
      return real(...args);
    };

    await flush();

    expect(stats().exporters['server']).toMatchObject({ recorded: 1, exported: 0, dropped: { 'spool lost': 1 } });
    expect(errors.at(-1)).toMatch(
      /^1 traces that waited on disk are lost: .*cannot be read any more: Error: no such device/,
    );
  });

  it.each([
    ['before it is looked at', true],
    ['before it is read', false],
  ])('is deleted while the disk is full, %s, is written anew when there is room', async (_when, isSeen) => {
    const { server, file } = await waitingTraces([0, 1, 2], { spoolDir: newFolder() });
    rmSync(file);
    let [writes, looks] = [0, 0];
    faults.meddle = (name, real, args) => {
      if (name === 'writeSync' && ++writes > 1) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      if (name === 'lstatSync' && !isSeen && ++looks === 1) throw Object.assign(new Error('busy'), { code: 'EBUSY' });
      return real(...args);
    };
    server.isDown = false;

    await flush();
    const during = stats().exporters['server'];
    faults.meddle = undefined;
    await flush();

    expect(during).toMatchObject({ recorded: 3, exported: 0, dropped: {}, spooled: 3 });
    expect(server.numbers.toSorted()).toEqual([0, 1, 2]);
    expect(stats().exporters['server']).toMatchObject({ recorded: 3, exported: 3, dropped: {}, spooled: 0 });
  });

  it('was cut short costs what is cut off, and that is counted', async () => {
    const { server, file } = await waitingTraces([0, 1], { spoolDir: newFolder() });
    truncateSync(file, 0);
    server.isDown = false;

    await flush();

    expect(stats().exporters['server']).toMatchObject({ recorded: 2, exported: 0, dropped: { 'spool lost': 2 } });
  });

  it('is damaged costs what is damaged', async () => {
    const { server, file } = await waitingTraces([0, 1, 2], { spoolDir: newFolder() });
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
    const { server, file } = await waitingTraces([0], { spoolDir: newFolder() });
    writeFileSync(file, `${'x'.repeat(readFileSync(file).length - 1)}\n`);
    server.isDown = false;

    await flush();

    expect(stats().exporters['server']).toMatchObject({ exported: 0, dropped: { 'spool damaged': 1 }, spooled: 0 });
  });

  it('is older than it may be is given up by the process that wrote it, too', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    await waitingTraces([0], { spoolDir: newFolder(), spoolMaxAgeMs: 120_000 });
    vi.advanceTimersByTime(136_000); // an eighth more

    await flush();

    expect(stats().exporters['server']).toMatchObject({ dropped: { 'spool expired': 1 }, spooled: 0 });
  });

  it('was left by another run, and cannot be delivered, is let go: others may have more luck', async () => {
    const spoolDir = newFolder();
    setUp(new Server('down'), { spoolDir });
    agent(0);
    await shutdown();
    setUp(new Server('down'), { spoolDir });

    await flush();

    expect(fileIn(spoolDir)).toMatch(/-0-\w+-[0-9a-f]{8}\.jsonl$/);
  });

  it('was left by another run, and fails whenever it is sent, does not keep back others', async () => {
    const spoolDir = newFolder();
    for (const number of [0, 1]) {
      setUp(new Server('down'), { spoolDir });
      giveUp(spoolDir, process.ppid, startOf(process.ppid));
      agent(number);
      await shutdown();
    }
    giveUp(spoolDir);
    const server = new Server();
    const exporter = {
      name: 'server',
      destination: 'somewhere',
      export: (traces: readonly Trace[]) => {
        if (traces.some(({ info }) => info.requestPreview?.includes('0'))) throw new Error('not this one');
        server.export(traces);
      },
    };
    setUp(exporter, { spoolDir });

    await flush();
    await flush();

    expect(server.numbers).toEqual([1]);
    expect(filesIn(spoolDir)).toHaveLength(1);
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

    expect(errors.filter((message) => !message.includes('cannot be read, and is passed over'))).toHaveLength(1);
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
    vi.useFakeTimers({ toFake: ['performance'] });
    const spoolDir = newFolder();
    setUp(new Server('down'), { spoolDir });
    agent(0);
    const bad = `${fileIn(spoolDir)}.bad`;
    writeFileSync(bad, 'x');
    utimesSync(bad, new Date(0), new Date(0));
    await flush();
    vi.advanceTimersByTime(121_000);

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

  it('another process has taken over, as if we had gone, is ours again: what arrives twice is stored once', async () => {
    const spoolDir = newFolder();
    const { server, file } = await waitingTraces([0], { spoolDir });
    renameSync(file, join(spoolDir, 'elsewhere'));
    agent(1);

    await flush();
    const during = stats().exporters['server'];
    server.isDown = false;
    await flush();

    expect(during).toMatchObject({ recorded: 2, spooled: 2, dropped: {} });
    expect(server.numbers).toEqual([0, 1]);
  });

  it('was in use for long holds young traces all the same: none is deleted for its age', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    const spoolDir = newFolder();
    const server = new Server();
    setUp(server, { spoolDir, spoolMaxAgeMs: 80_000 });
    agent(0);
    await flush();
    vi.advanceTimersByTime(100_000);
    server.isDown = true;
    agent(1);
    await flush();
    await shutdown();
    vi.advanceTimersByTime(79_000);
    server.isDown = false;

    setUp(server, { spoolDir, spoolMaxAgeMs: 80_000 });
    await flush();

    expect(server.numbers).toEqual([0, 1]);
  });

  it('cannot be read is passed over, and is not in the way of others', async () => {
    const spoolDir = newFolder();
    for (const number of [0, 1]) {
      setUp(new Server('down'), { spoolDir, maxRecentTraces: 1 });
      giveUp(spoolDir, process.ppid, startOf(process.ppid));
      agent(number);
      await shutdown();
    }
    giveUp(spoolDir);
    const [oldest = ''] = filesIn(spoolDir).sort();
    const id = oldest.slice(-14);
    faults.meddle = (name, real, args) => {
      if (name === 'readFileSync' && String(args[0]).endsWith(id)) throw new Error('permission denied');
      return real(...args);
    };
    const server = new Server();
    const { errors } = setUp(server, { spoolDir });

    await flush();

    expect(server.numbers).toEqual([1]);
    expect(errors).toEqual([expect.stringMatching(/cannot be read, and is passed over: Error: permission denied/)]);
  });

  it('is deleted while it is counted counts for nothing', async () => {
    const spoolDir = newFolder();
    setUp(new Server('down'), { spoolDir });
    agent(0);
    await shutdown();
    const file = fileIn(spoolDir);
    giveUp(spoolDir, process.ppid, startOf(process.ppid));
    faults.meddle = (name, real, args) => {
      if (name === 'readFileSync' && String(args[0]).endsWith('.jsonl')) throw new Error('no such file');
      return real(...args);
    };

    const counts = await sendTraces(join(file, '..'), new Server());

    expect(counts).toEqual({ sent: 0, refused: 0, refusals: [], bad: 0, left: 0 });
  });

  it('cannot be read is told by sendTraces, when it has sent the others', async () => {
    const spoolDir = newFolder();
    setUp(new Server('down'), { spoolDir });
    agent(0);
    await shutdown();
    const file = fileIn(spoolDir);
    writeFileSync(file.replace(/[0-9a-f]{8}\.jsonl$/, '00000000.jsonl'), '{}');
    faults.meddle = (name, real, args) => {
      if (name === 'readFileSync' && String(args[0]).endsWith('00000000.jsonl')) throw new Error('permission denied');
      return real(...args);
    };
    const server = new Server();

    await expect(sendTraces(join(file, '..'), server)).rejects.toThrow(/cannot be read, and is passed over/);

    expect(server.numbers).toEqual([0]);
  });
});
