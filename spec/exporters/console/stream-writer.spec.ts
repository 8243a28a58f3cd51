import { EventEmitter, once } from 'node:events';
import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ExportError } from '../../../lib/errors.js';
import { StreamWriter } from '../../../lib/exporters/console/stream-writer.js';

describe('StreamWriter', () => {
  it('hands each text to the stream at once', () => {
    const texts: string[] = [];
    const writer = new StreamWriter({ write: (text) => texts.push(text) });

    writer.write('one\n');
    writer.write('two\n');

    expect(texts).toEqual(['one\n', 'two\n']);
  });

  it('settles its flush at once for a stream that does not tell', async () => {
    const writer = new StreamWriter({ write: () => true });

    writer.write('one\n');

    await expect(writer.flush()).resolves.toBeUndefined();
  });

  it('throws what the stream throws, as an ExportError with a remedy', () => {
    const cause = new Error('EPIPE: broken pipe');
    const writer = new StreamWriter({ write: () => raise(cause) });

    const error = errorOf(() => writer.write('one\n'));

    expect(error).toBeInstanceOf(ExportError);
    expect(error).toMatchObject({
      exporter: 'console',
      cause,
      message:
        'The console exporter could not write to its stream: Error: EPIPE: broken pipe. ' +
        'Leave the console out (TRACED_AGENTS_EXPORTERS=file) where nobody reads it.',
    });
  });

  it('leaves no listener on a stream whose write throws', () => {
    const stream = Object.assign(new EventEmitter(), { write: () => raise(new Error('closed')) });
    const writer = new StreamWriter(stream);

    expect(() => writer.write('one\n')).toThrow('closed');

    expect(stream.listenerCount('error')).toBe(0);
  });

  it('goes on where the stream answers that it is full, and flushes when it has drained', async () => {
    const stream = slowStream();
    const writer = new StreamWriter(stream);

    writer.write('one\n');
    writer.write('two\n');
    const flushed = writer.flush();
    stream.writeNext();
    stream.writeNext();
    await flushed;

    expect(stream.written).toEqual(['one\n', 'two\n']);
  });

  it('spares a stream that nobody reads', () => {
    const stream = slowStream();
    const writer = new StreamWriter(stream);
    writer.write('x'.repeat(5_000_000));

    expect(() => writer.write('one\n')).toThrow(
      'could not write to its stream: 5000000 bytes wait in it, and nobody reads them.',
    );

    expect(stream.writableLength).toBe(5_000_000);
  });

  it('listens to errors while its writes are under way, and not a moment longer', async () => {
    const stream = slowStream();
    const writer = new StreamWriter(stream);
    const counts: number[] = [];

    writer.write('one\n');
    writer.write('two\n');
    counts.push(stream.listenerCount('error'));
    stream.writeNext();
    await setImmediate();
    counts.push(stream.listenerCount('error'));
    stream.writeNext();
    await writer.flush();
    counts.push(stream.listenerCount('error'));

    expect(counts).toEqual([1, 1, 0]);
  });

  it('takes the error event of a failed write upon itself, and throws at its next write', async () => {
    const failure = new Error('write EPIPE');
    const stream = new Writable({ autoDestroy: false, write: (_chunk, _encoding, done) => done(failure) });
    const writer = new StreamWriter(stream);

    writer.write('one\n');
    await setImmediate();
    await setImmediate();

    expect(stream.listenerCount('error')).toBe(0);
    expect(errorOf(() => writer.write('two\n'))).toMatchObject({ exporter: 'console', cause: failure });
  });

  it('rejects its flush with the error of a failed write, once', async () => {
    const failure = new Error('write EPIPE');
    const writer = new StreamWriter(new Writable({ write: (_chunk, _encoding, done) => done(failure) }));

    writer.write('one\n');

    await expect(writer.flush()).rejects.toMatchObject({ exporter: 'console', cause: failure });
    await expect(writer.flush()).resolves.toBeUndefined();
  });

  it("leaves errors that are not its own to the program's listeners", async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
    const writer = new StreamWriter(stream);
    writer.write('one\n');
    await writer.flush();

    const error = once(stream, 'error');
    stream.destroy(new Error('of the program'));

    await expect(error).resolves.toEqual([new Error('of the program')]);
    expect(stream.listenerCount('error')).toBe(0);
  });
});

/** Takes a text only when told to. */
function slowStream(): Writable & { readonly written: string[]; writeNext(): void } {
  const written: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    highWaterMark: 1,
    decodeStrings: false,
    write: (chunk: string, _encoding, done) => {
      waiting.push(() => {
        written.push(chunk);
        done();
      });
    },
  });
  return Object.assign(stream, { written, writeNext: () => waiting.shift()?.() });
}

function raise(error: Error): never {
  throw error;
}

function errorOf(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
