import { readdirSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { flush, shutdown, stats } from 'traced-agents';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { agent, fileIn, filesIn, Server, setUp, waitingTraces } from '../../support/spool-server.js';
import { temporaryFolders } from '../../support/temporary-folder.js';

const newFolder = temporaryFolders();

afterEach(async () => {
  vi.useRealTimers();
  await shutdown();
});

describe('a clock that is set forward by years', () => {
  it('makes nothing old that this process has written', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(new Date('2020-01-01'));
    const { server } = await waitingTraces([0, 1, 2], { spoolDir: newFolder() });
    vi.setSystemTime(new Date('2026-01-01'));
    server.isDown = false;

    await flush();

    expect(server.numbers).toEqual([0, 1, 2]);
    expect(stats().exporters['server']).toMatchObject({ exported: 3, dropped: {} });
  });

  it('leaves time to deliver what an earlier run had written before it was', async () => {
    const spoolDir = newFolder();
    const file = await leave(spoolDir, new Date(0));
    utimesSync(file, new Date(0), new Date(0));
    const server = new Server();

    setUp(server, { spoolDir });
    await flush();

    expect(server.numbers).toEqual([0]);
  });

  it('makes nothing old whose process was at work since then', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const spoolDir = newFolder();
    await leave(spoolDir, new Date(0));
    setUp(new Server('down'), { spoolDir });
    await flush();

    vi.advanceTimersByTime(121_000);
    await flush();

    expect(filesIn(spoolDir)).toHaveLength(1);
  });

  it('gives nothing up before it was seen for two minutes', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const spoolDir = newFolder();
    utimesSync(await leave(spoolDir, new Date(0)), new Date(0), new Date(0));
    setUp(new Server('down'), { spoolDir });
    await flush();
    const files = [filesIn(spoolDir).length];

    for (const ms of [119_000, 2000]) {
      vi.advanceTimersByTime(ms);
      await flush();
      files.push(filesIn(spoolDir).length);
    }

    expect(files).toEqual([1, 1, 0]);
    expect(stats().exporters['server']).toMatchObject({ abandoned: 1 });
  });
});

/** A file of an earlier run that began at a time, as its clock had it. */
async function leave(spoolDir: string, began: Date): Promise<string> {
  setUp(new Server('down'), { spoolDir });
  agent(0);
  await shutdown();
  const file = fileIn(spoolDir);
  const folder = join(file, '..');
  const [name = ''] = readdirSync(folder).filter((one) => one.endsWith('.jsonl'));
  const renamed = join(folder, began.getTime().toString(36).padStart(9, '0') + name.slice(9));
  renameSync(file, renamed);
  return renamed;
}
