import { appendFileSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { flush, shutdown, stats, type Trace } from 'traced-agents';
import { describe, expect, it, vi } from 'vitest';
import { faults } from '../../support/faulty-fs.js';
import { agent, fileIn, filesIn, giveUp, Server, setUp, spoolFolders } from '../../support/spool-server.js';

vi.mock('node:fs', async (importOriginal) => {
  const { faultyFs } = await import('../../support/faulty-fs.js');
  return faultyFs(importOriginal);
});

const newFolder = spoolFolders();

describe('on a disk that is full, what another run has left', () => {
  it('is delivered, and leaves the disk', async () => {
    const spoolDir = await left(3);
    const server = new Server();
    const { errors } = setUp(server, { spoolDir });
    fillDisk();

    await flush();

    expect(server.numbers).toEqual([0, 1, 2]);
    expect(filesIn(spoolDir)).toEqual([]);
    expect(errors).toEqual([
      expect.stringMatching(/^What was delivered of .* cannot be noted there: Error: no space left.* sent again/),
    ]);
  });

  it('is delivered up to its last line where that has no end', async () => {
    const spoolDir = await left(2);
    appendFileSync(fileIn(spoolDir), '{"info":');
    const server = new Server();
    setUp(server, { spoolDir });
    fillDisk();

    await flush();

    expect(server.numbers).toEqual([0, 1]);
  });

  it('is delivered once by this run, however often its file has to be left and taken again', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const spoolDir = await left(40);
    const server = new Server();
    setUp(server, { spoolDir });
    fillDisk();
    let calls = 0;
    server.export = (traces) => {
      calls += 1;
      server.isDown = calls === 2;
      Server.prototype.export.call(server, traces);
    };

    await flush();
    vi.advanceTimersByTime(11 * 60_000);
    await flush();

    expect(server.numbers).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(stats().exporters['server']).toMatchObject({ recovered: 40 });
  });

  it('is not sent again at once where damaged lines of it cannot be set aside, nor is it deleted', async () => {
    const spoolDir = await left(1);
    appendFileSync(fileIn(spoolDir), 'no trace\n');
    const server = new Server();
    setUp(server, { spoolDir });
    fillDisk();

    await flush();

    expect(server.numbers).toEqual([0]);
    expect(filesIn(spoolDir)).toHaveLength(1);
  });

  it('keeps its bytes as they are when it is whole', async () => {
    const spoolDir = await left(1);
    const before = readFileSync(fileIn(spoolDir), 'utf8');
    setUp(new Server('down'), { spoolDir });

    await flush();

    expect(readFileSync(fileIn(spoolDir), 'utf8')).toBe(before);
  });
});

describe('the files of many runs', () => {
  it('are delivered with few looks at the folder, in the order of their ages', async () => {
    const spoolDir = newFolder();
    const numbers = Array.from({ length: 30 }, (_, number) => number);
    for (const number of numbers) await leaveIn(spoolDir, [number]);
    const server = new Server();
    setUp(server, { spoolDir });
    let looks = 0;
    faults.meddle = (name, real, args) => {
      if (name === 'readdirSync') looks += 1;
      return real(...args);
    };

    await flush();

    expect(server.numbers).toEqual(numbers);
    expect(looks).toBeLessThan(10);
  });
});

describe('a trace of another run that fails whenever it is sent', () => {
  it.each([
    ['the first', [0]],
    ['one in the middle', [20]],
    ['some that follow one another', [20, 21, 22]],
    ['some apart', [3, 20, 41]],
    ['the last', [49]],
  ])('is in the way of no other, and is kept: %s', async (_title, bad) => {
    const spoolDir = await left(50);
    await leaveIn(spoolDir, [50, 51]);
    const server = new PickyServer(bad);
    setUp(server, { spoolDir });
    agent(100);

    await flush();

    const numbers = [100, ...Array.from({ length: 52 }, (_, number) => number)];
    expect(server.numbers).toEqual(numbers.filter((number) => !bad.includes(number)));
    await shutdown();
    expect(await numbersLeftIn(spoolDir)).toEqual(bad);
  });

  it('is tried again by the next run, and is not in the way there', async () => {
    const spoolDir = await left(3);
    setUp(new PickyServer([1]), { spoolDir });
    agent(100);
    await flush();
    await leaveIn(spoolDir, [3, 4]);
    const picky = new PickyServer([1]);
    setUp(picky, { spoolDir });
    agent(101);
    await flush();
    const server = new Server();
    setUp(server, { spoolDir });

    await flush();

    expect([picky.numbers, server.numbers]).toEqual([[101, 3, 4], [1]]);
  });

  it('is in the way of none where there are many, each in a file of its own', async () => {
    const spoolDir = newFolder();
    const bad = Array.from({ length: 12 }, (_, number) => number);
    for (const number of [...bad, 12]) await leaveIn(spoolDir, [number]);
    const servers = [new PickyServer(bad), new PickyServer(bad)];

    for (const server of servers) {
      setUp(server, { spoolDir });
      agent(100);
      await shutdown();
    }

    expect(servers.flatMap(({ numbers }) => numbers).toSorted((one, other) => one - other)).toEqual([12, 100, 100]);
    expect((await numbersLeftIn(spoolDir)).toSorted((one, other) => one - other)).toEqual(bad);
  });

  it('is told where it stands', async () => {
    const spoolDir = await left(3);
    const { errors } = setUp(new PickyServer([1]), { spoolDir });
    agent(100);

    await flush();

    const told = (file: string) =>
      `1 traces that an earlier run has left failed alone, and others did not. They stand in ${file} now, and are tried again later.`;
    expect(filesIn(spoolDir).map(told)).toContain(errors.at(-1));
  });

  it('stays where it is where the disk takes no other file', async () => {
    const spoolDir = await left(3);
    const before = readFileSync(fileIn(spoolDir), 'utf8');
    setUp(new PickyServer([1]), { spoolDir });
    agent(100);
    fillDisk();

    await flush();

    expect(readFileSync(fileIn(spoolDir), 'utf8')).toBe(before);
  });

  it('is not looked for where the server has gone: nothing is written, and few calls are made', async () => {
    const spoolDir = await left(50);
    const before = readFileSync(fileIn(spoolDir), 'utf8');
    const server = new Server();
    setUp(server, { spoolDir });
    let calls = 0;
    server.export = () => {
      calls += 1;
      if (calls > 1) throw new Error('down');
    };
    agent(100);

    await flush();

    expect(readFileSync(fileIn(spoolDir), 'utf8')).toBe(before);
    expect(calls).toBeLessThan(12);
  });
});

/** Fails over a call with any of these. */
class PickyServer extends Server {
  readonly #bad: readonly number[];

  constructor(bad: readonly number[]) {
    super();
    this.#bad = bad;
  }

  override export(traces: readonly Trace[]): void {
    const asked = new Server();
    asked.export(traces);
    if (asked.numbers.some((number) => this.#bad.includes(number))) throw new Error('internal error');
    this.numbers.push(...asked.numbers);
  }
}

async function numbersLeftIn(spoolDir: string): Promise<readonly number[]> {
  const server = new Server();
  setUp(server, { spoolDir });
  await flush();
  return server.numbers;
}

/** In a file that is older than those that come after it: their names tell milliseconds. */
async function leaveIn(spoolDir: string, numbers: readonly number[]): Promise<void> {
  setUp(new Server('down'), { spoolDir });
  for (const number of numbers) agent(number);
  await shutdown();
  for (const end = Date.now(); Date.now() === end; ) await nextTurn();
}

async function left(count: number): Promise<string> {
  const spoolDir = newFolder();
  await leaveIn(
    spoolDir,
    Array.from({ length: count }, (_, number) => number),
  );
  giveUp(spoolDir);
  return spoolDir;
}

function fillDisk(): void {
  faults.meddle = (name, real, args) => {
    if (/^(appendFile|write|writeFile)Sync$/.test(name)) {
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    }
    return real(...args);
  };
}
