import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ConfigurationError,
  type ExportContext,
  FileExporter,
  InMemoryExporter,
  init,
  RejectedTracesError,
  sendTraces,
  shutdown,
  type Trace,
  type TraceExporter,
  TracingError,
  traceAgent,
} from 'traced-agents';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../support/temporary-folder.js';
import { aTrace } from '../../support/traces.js';

const newFolder = temporaryFolders();
const none = { sent: 0, refused: 0, refusals: [], bad: 0, left: 0 };

describe('sendTraces', () => {
  it('says what it takes where it gets no exporter', async () => {
    const nothing = undefined as unknown as TraceExporter;

    await expect(sendTraces('traces.jsonl', nothing)).rejects.toThrow(
      new TypeError('sendTraces(path, exporter) takes an exporter, such as an MlflowExporter, but got undefined.'),
    );
  });

  it('gives an exporter the traces of a file, in bounded batches, and leaves the file as it is', async () => {
    const { path, traces } = aFile(70);
    appendText(path, 'no trace\n');
    const before = readFileSync(path);
    const sizes: number[] = [];
    const memory = new InMemoryExporter({ maxTraces: 100 });
    const exporter = {
      name: 'batches',
      export: (batch: readonly Trace[]) => {
        sizes.push(batch.length);
        memory.export(batch);
      },
    };

    const counts = await sendTraces(path, exporter);

    expect(counts).toEqual({ ...none, sent: 70, bad: 1 });
    expect(sizes).toEqual([64, 6]);
    expect(memory.traces.map(({ info }) => info.traceId)).toEqual(traces.map(({ info }) => info.traceId));
    expect(readFileSync(path)).toEqual(before);
  });

  it('takes the size of batches that the exporter wants, and waits until all has arrived', async () => {
    const said: unknown[] = [];
    const exporter = {
      name: 'wants',
      maxBatch: 2,
      export: (batch: readonly Trace[]) => void said.push(batch.length),
      forceFlush: () => void said.push('flushed'),
    };

    await sendTraces(aFile(3).path, exporter);

    expect(said).toEqual([2, 1, 'flushed']);
  });

  it('says what is refused and why, and goes on', async () => {
    const { path, traces } = aFile(4);
    const [, second, , fourth] = idsOf(traces);

    const counts = await sendTraces(path, { name: 'picky', maxBatch: 2, export: refusesLast });

    const refusals = [second, fourth].map((traceId) => ({ traceId, reason: `no: ${traceId}` }));
    expect(counts).toEqual({ ...none, sent: 2, refused: 2, refusals });
  });

  it('takes the message for the reason where an exporter tells no other', async () => {
    const exporter = { name: 'picky', export: () => Promise.reject(new RejectedTracesError(['tr-1'], 'no')) };

    const counts = await sendTraces(aFile(2).path, exporter);

    expect(counts).toEqual({ ...none, sent: 1, refused: 1, refusals: [{ traceId: 'tr-1', reason: 'no' }] });
  });

  it('names no more than a thousand of those that are refused, and counts all', async () => {
    const { path, traces } = aFile(1100);
    const exporter = { name: 'never', export: (batch: readonly Trace[]) => Promise.reject(refusalOf(batch)) };

    const counts = await sendTraces(path, exporter);

    expect(counts).toMatchObject({ sent: 0, refused: 1100 });
    expect(counts.refusals.map(({ traceId }) => traceId)).toEqual(idsOf(traces).slice(0, 1000));
  });

  it('sets aside what is refused out of a folder, from where it can be sent as a file', async () => {
    const folder = await aSpool(5);
    const memory = new InMemoryExporter();

    const counts = await sendTraces(folder, { name: 'picky', maxBatch: 2, export: refusesLast });
    const [bad = '', ...others] = readdirSync(folder).filter((name) => name !== 'destination.txt');
    const again = await sendTraces(join(folder, bad), memory);

    expect(counts).toMatchObject({ sent: 2, refused: 3, left: 0 });
    expect(bad).toMatch(/\.jsonl\.bad$/);
    expect(others).toEqual([]);
    expect(again).toEqual({ ...none, sent: 3 });
    expect(idsOf(memory.traces)).toEqual(counts.refusals.map(({ traceId }) => traceId));
  });

  it('sets aside all of a batch out of a folder where an exporter names others than it was given', async () => {
    const folder = await aSpool(3);
    const exporter = { name: 'odd', export: () => Promise.reject(new RejectedTracesError(['tr-1'], 'no')) };

    const counts = await sendTraces(folder, exporter);
    const [bad = ''] = readdirSync(folder).filter((name) => name.endsWith('.bad'));

    expect(counts).toEqual({ ...none, sent: 2, refused: 1, refusals: [{ traceId: 'tr-1', reason: 'no' }] });
    expect(await sendTraces(join(folder, bad), new InMemoryExporter())).toEqual({ ...none, sent: 3 });
  });

  it('keeps in the spool what was refused, where it cannot be set aside', async () => {
    const folder = await aSpool(2);
    const blocked: string[] = [];
    const exporter = {
      name: 'picky',
      export: (batch: readonly Trace[]) => {
        blocked.push(...readdirSync(folder).filter((name) => name.endsWith('.jsonl')));
        for (const name of blocked) mkdirSync(join(folder, `${name}.bad`));
        return refusesLast(batch);
      },
    };
    const memory = new InMemoryExporter();

    await expect(sendTraces(folder, exporter)).rejects.toThrow(/EISDIR|EPERM/);
    for (const name of blocked) rmdirSync(join(folder, `${name}.bad`));

    expect(await sendTraces(folder, memory)).toEqual({ ...none, sent: 2 });
  });

  it('ends with what the exporter throws, or when it is told to', async () => {
    const failure = new Error('no route');
    const { path } = aFile(3);

    await expect(sendTraces(path, { name: 'down', export: () => Promise.reject(failure) })).rejects.toBe(failure);
    await expect(sendTraces(path, new InMemoryExporter(), { signal: AbortSignal.abort(failure) })).rejects.toBe(
      failure,
    );
  });

  it('says why it was told to end, whatever the exporter makes of that', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const exporter = {
      name: 'slow',
      export: (_batch: readonly Trace[], { signal }: ExportContext) => {
        setTimeout(() => abort.abort(reason));
        return once(signal, 'abort').then(() => Promise.reject(new Error('no server')));
      },
    };

    await expect(sendTraces(aFile(1).path, exporter, abort)).rejects.toBe(reason);
  });

  it('gives it what waits in a folder of a spool, and deletes it there', async () => {
    const folder = await aSpool(5);
    const [segment = ''] = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    appendText(join(folder, segment), 'no trace\n');
    const memory = new InMemoryExporter();

    const counts = await sendTraces(folder, memory);
    const again = await sendTraces(folder, memory);

    expect(counts).toEqual({ ...none, sent: 5, bad: 1 });
    expect(again).toEqual(none);
    expect(memory.traces.length).toBe(5);
    expect(readdirSync(folder).filter((name) => name.endsWith('.jsonl'))).toEqual([]);
  });

  it('keeps in the spool what the exporter did not take, without what it did', async () => {
    const folder = await aSpool(5);
    const sent: Trace[] = [];
    const exporter = {
      name: 'breaks',
      maxBatch: 2,
      export: (batch: readonly Trace[]) => {
        if (sent.length >= 2) throw new Error('broken');
        sent.push(...batch);
      },
    };
    const memory = new InMemoryExporter();

    await expect(sendTraces(folder, exporter)).rejects.toThrow('broken');
    const counts = await sendTraces(folder, memory);

    expect(counts).toEqual({ ...none, sent: 3 });
    expect([...sent, ...memory.traces].map(({ info }) => info.requestPreview)).toEqual(
      [0, 1, 2, 3, 4].map((number) => JSON.stringify({ number })),
    );
  });

  it('leaves files of which nobody knows whether they are in use, says so, and takes them where it is told to', async () => {
    const folder = await aSpool(3);
    const [segment = ''] = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    const [created, , , start, id] = segment.split('-');
    renameSync(join(folder, segment), join(folder, [created, 'elsewhere', 4711, start, id].join('-')));
    const memory = new InMemoryExporter();

    const counts = await sendTraces(folder, memory);
    const all = await sendTraces(folder, memory, { takesOver: true });

    expect(counts).toEqual({ ...none, left: 3 });
    expect(all).toEqual({ ...none, sent: 3 });
  });

  it('says what it cannot send', async () => {
    const folder = newFolder();

    await expect(sendTraces(folder, new InMemoryExporter())).rejects.toThrow(ConfigurationError);
    await expect(sendTraces(join(folder, 'none.jsonl'), new InMemoryExporter())).rejects.toThrow(TracingError);
  });
});

function aFile(count: number) {
  const path = join(newFolder(), 'traces.jsonl');
  const traces = Array.from({ length: count }, (_, index) =>
    aTrace({ id: `tr-${(index + 1).toString(16).padStart(32, '0')}` }),
  );
  new FileExporter({ path }).export(traces);
  return { path, traces };
}

function idsOf(traces: readonly Trace[]): readonly string[] {
  return traces.map(({ info }) => info.traceId);
}

function refusesLast(batch: readonly Trace[]): Promise<void> {
  return Promise.reject(refusalOf(batch.slice(-1)));
}

function refusalOf(traces: readonly Trace[]): RejectedTracesError {
  const ids = idsOf(traces);
  return new RejectedTracesError(ids, 'some are odd', { reasons: ids.map((id) => `no: ${id}`) });
}

/** The folder that a program has left whose server was down. */
async function aSpool(count: number): Promise<string> {
  const spoolDir = newFolder();
  const down = { name: 'down', destination: 'somewhere', export: () => Promise.reject(new Error('down')) };
  init({ exporters: [down], spoolDir, onError: () => undefined });
  const agent = traceAgent((number: number) => number, { name: 'agent' });
  for (let number = 0; number < count; number += 1) agent(number);
  await shutdown();
  const [name = ''] = readdirSync(spoolDir);
  return join(spoolDir, name);
}

function appendText(path: string, text: string): void {
  writeFileSync(path, text, { flag: 'a' });
}
