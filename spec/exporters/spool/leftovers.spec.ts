import { appendFileSync, readFileSync } from 'node:fs';
import { flush, shutdown, stats } from 'traced-agents';
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

async function left(count: number): Promise<string> {
  const spoolDir = newFolder();
  setUp(new Server('down'), { spoolDir });
  for (let number = 0; number < count; number += 1) agent(number);
  await shutdown();
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
