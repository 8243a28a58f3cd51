import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Trace } from '../../../lib/entities/trace.js';
import { traceToLine } from '../../../lib/entities/trace-line.js';
import { TracingError } from '../../../lib/errors.js';
import { type BadLine, isBadLine, readTraceFile } from '../../../lib/exporters/file/read-trace-file.js';
import { temporaryFolders } from '../../support/temporary-folder.js';
import { aTrace } from '../../support/traces.js';

const temporaryFolder = temporaryFolders();
const good = traceToLine(aTrace({ spans: [{ name: 'Grüße 🧮', inputs: { a: 1 } }] }));

describe('readTraceFile', () => {
  it('reads the traces of a file in their order', async () => {
    const path = join(temporaryFolder(), 'traces.jsonl');
    const traces = [aTrace({ name: 'first' }), aTrace({ name: 'second' })];
    writeFileSync(path, traces.map((trace) => `${traceToLine(trace)}\n`).join(''));

    const items = await collect(readTraceFile(path));

    expect(items.map((item) => (isBadLine(item) ? item : traceToLine(item)))).toEqual(traces.map(traceToLine));
  });

  it('reads a stream of bytes, however it is cut', async () => {
    const bytes = Buffer.from(`${good}\nbad\n${good}`);
    const whole = ['trace', 2, 'trace'];

    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 8 }), async (cuts) => {
        expect(outline(await collect(readTraceFile(pieces(bytes, cuts))))).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it('reads a stream of text, however it is cut', async () => {
    const path = join(temporaryFolder(), 'traces.jsonl');
    writeFileSync(path, `${good}\nbad\n${good}`);
    async function* unit(): AsyncGenerator<string> {
      for (const unit of good.split('')) yield unit;
    }

    const items = await collect(readTraceFile(createReadStream(path, { encoding: 'utf8', highWaterMark: 7 })));
    const [item] = await collect(readTraceFile(unit()));

    expect(outline(items)).toEqual(['trace', 2, 'trace']);
    expect(traceToLine(item as Trace)).toBe(good);
  });

  it('takes half a character at the end of a text for a bad line', async () => {
    async function* broken(): AsyncGenerator<string> {
      yield `${good}\n`;
      yield 'half \ud83d';
    }

    expect(outline(await collect(readTraceFile(broken())))).toEqual(['trace', 2]);
  });

  it('reads the file of a URL', async () => {
    const path = join(temporaryFolder(), 'a file.jsonl');
    writeFileSync(path, good);

    expect(outline(await collect(readTraceFile(pathToFileURL(path))))).toEqual(['trace']);
  });

  it.each([
    [5, 'but got 5.'],
    [undefined, 'but got undefined.'],
    [Buffer.from('ab'), 'but got Buffer(2) [Uint8Array] [ 97, 98 ].'],
    [new URL('https://example.com/traces.jsonl'), 'but got https://example.com/traces.jsonl.'],
  ])('refuses %o at once', (source, message) => {
    expect(() => readTraceFile(source as never)).toThrow(
      new TypeError(
        `readTraceFile() takes the path or file: URL of a file, or a stream of its bytes or text, ${message}`,
      ),
    );
  });

  it('refuses a stream of anything else', async () => {
    async function* objects(): AsyncGenerator<object> {
      yield { info: {} };
    }

    await expect(collect(readTraceFile(objects() as never))).rejects.toThrow(
      new TypeError('readTraceFile() reads bytes or text, but a chunk of the stream is { info: {} }.'),
    );
  });

  it('may be given a buffer that is filled again', async () => {
    async function* refilled(): AsyncGenerator<Uint8Array> {
      const buffer = Buffer.alloc(100);
      const text = Buffer.from(`${good}\n`);
      for (let from = 0; from < text.length; from += 100) {
        const length = text.copy(buffer, 0, from, from + 100);
        yield buffer.subarray(0, length);
      }
    }

    expect(outline(await collect(readTraceFile(refilled())))).toEqual(['trace']);
  });

  it.each([
    ['nothing', '', []],
    ['empty lines', '\n\n \n', []],
    ['no line break at its end', good, ['trace']],
    ['Windows line breaks', `${good}\r\n${good}\r\n`, ['trace', 'trace']],
    ['a byte order mark', `\uFEFF${good}\n`, ['trace']],
    ['a torn last line', `${good}\n${good.slice(0, 80)}`, ['trace', 2]],
    ['a torn line in the middle', `${good.slice(0, 80)}\n${good}\n`, [1, 'trace']],
    ['a block of NUL', `${good}\n${'\0'.repeat(5000)}\n${good}\n`, ['trace', 2, 'trace']],
    ['JSON that is no trace', `{}\n[]\nnull\n5\n"text"\n{"info":{}}\n`, [1, 2, 3, 4, 5, 6]],
    [
      'a prototype',
      `{"__proto__":{"info":1}}\n${good.replace('{"info"', '{"__proto__":{"a":1},"info"')}\n`,
      [1, 'trace'],
    ],
    ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}\n${good}\n`, [1, 'trace']],
    ['deep nesting inside a trace', `${nested(200_000)}\n${good}\n`, [1, 'trace']],
  ])('survives %s', async (_title, text, expected) => {
    expect(outline(await collect(readTraceFile(pieces(Buffer.from(text), []))))).toEqual(expected);
  });

  it('reads around bytes that are no UTF-8', async () => {
    const text = Buffer.concat([
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from(good.replace('Gr', 'G\u0000r'), 'latin1'),
    ]);
    const bytes = Buffer.concat([text, Buffer.from(`\n${good.replace('Grüße', 'Gr?')}\n`)]);
    bytes[bytes.lastIndexOf('?')] = 0xff;

    const items = await collect(readTraceFile(pieces(bytes, [])));

    expect(outline(items)).toEqual([1, 2, 'trace']);
  });

  it('says where a bad line is, how long, and why', async () => {
    const items = await collect(readTraceFile(pieces(Buffer.from(`${good}\n\n{"info":{}}\n`), [])));

    expect(items[1]).toEqual({
      kind: 'bad-line',
      lineNumber: 3,
      length: 11,
      reason: "Not a trace in MLflow's trace JSON: 'info.trace_id' is no string.",
    });
  });

  it('passes over a line that is too long', async () => {
    const bytes = Buffer.from(`${good}\n${'x'.repeat(5000)}\n${good}\n${'y'.repeat(4000)}`);

    const items = await collect(readTraceFile(pieces(bytes, [3000, 3001, 4500]), { maxLineBytes: 2000 }));

    const tooLong = { kind: 'bad-line', reason: 'The line is too long to be read.' };
    expect(items.filter(isBadLine)).toEqual([
      { ...tooLong, lineNumber: 2, length: 5000 },
      { ...tooLong, lineNumber: 4, length: 4000 },
    ]);
    expect(outline(items)).toEqual(['trace', 2, 'trace', 4]);
  });

  it('holds no more than one line, even of a gigabyte without end', async () => {
    const chunk = new Uint8Array(1024 * 1024).fill(0x78);
    const held: number[] = [];
    async function* gigabyte(): AsyncGenerator<Uint8Array> {
      for (let megabyte = 0; megabyte < 1024; megabyte += 1) {
        if (megabyte % 128 === 0) held.push(heldBytes());
        yield chunk;
      }
    }

    const items = await collect(readTraceFile(gigabyte(), { maxLineBytes: 1_000_000 }));

    expect(items).toEqual([
      { kind: 'bad-line', lineNumber: 1, length: 2 ** 30, reason: 'The line is too long to be read.' },
    ]);
    // Some are let go of a little later, on another thread; all would be the gigabyte.
    expect(Math.max(...held) - Math.min(...held)).toBeLessThan(256 * 1024 * 1024);
  });

  it.each([0, -1, Number.NaN])('refuses lines of %j bytes at the most', (maxLineBytes) => {
    expect(() => readTraceFile('traces.jsonl', { maxLineBytes })).toThrow(
      `The option 'maxLineBytes' of readTraceFile() must be a positive number, but is ${maxLineBytes}.`,
    );
  });

  it('refuses options it does not know', () => {
    expect(() => readTraceFile('traces.jsonl', { maxLineByte: 5 } as object)).toThrow(
      "readTraceFile() has no option 'maxLineByte'. It knows maxLineBytes.",
    );
  });

  it.each([
    ['missing', (folder: string) => join(folder, 'none.jsonl'), 'there is no such file'],
    ['a folder', (folder: string) => folder, 'it is a folder'],
  ])('tells of a file that is %s', async (_title, pathIn, why) => {
    const path = pathIn(temporaryFolder());

    await expect(collect(readTraceFile(path))).rejects.toThrow(
      new TracingError(`The trace file '${path}' cannot be read: ${why}.`),
    );
  });

  it('tells in the words of the system what it has none for', async () => {
    await expect(collect(readTraceFile('a\0b'))).rejects.toThrow('cannot be read: TypeError');
  });

  it('throws what a stream of bytes throws, as it is', async () => {
    const broken = new Error('broken');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${good}\n`);
      throw broken;
    }

    await expect(collect(readTraceFile(failing()))).rejects.toBe(broken);
  });

  it('leaves what the reader throws alone', async () => {
    const path = join(temporaryFolder(), 'traces.jsonl');
    writeFileSync(path, `${good}\n${good}\n`);
    const stop = new Error('stop');

    const reading = (async () => {
      for await (const _item of readTraceFile(path)) throw stop;
    })();

    await expect(reading).rejects.toBe(stop);
  });

  it('never throws over what a file holds', async () => {
    const bytes = Buffer.from(`${good}\n${good}\n`);
    const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) });

    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        const damaged = Buffer.from(bytes);
        for (const { at, to } of changes) damaged[at] = to;

        for (const item of await collect(readTraceFile(pieces(damaged, [])))) {
          if (!isBadLine(item)) traceToLine(item);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Of buffers, without those that are garbage. */
function heldBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().arrayBuffers;
}

async function collect(items: AsyncIterable<Trace | BadLine>): Promise<(Trace | BadLine)[]> {
  const all: (Trace | BadLine)[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A trace by its kind, a bad line by its number. */
function outline(items: readonly (Trace | BadLine)[]): ('trace' | number)[] {
  return items.map((item) => (isBadLine(item) ? item.lineNumber : 'trace'));
}

async function* pieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [0, ...cuts, bytes.length].sort((a, b) => a - b);
  for (let index = 1; index < places.length; index += 1) yield bytes.subarray(places[index - 1], places[index]);
}

function nested(depth: number): string {
  return good.replace('"events":[]', `"events":[{"attributes":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}]`);
}
