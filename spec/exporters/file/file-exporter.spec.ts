import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trace } from '../../../lib/entities/trace.js';
import { traceToLine } from '../../../lib/entities/trace-line.js';
import { ConfigurationError, ExportError, TracingError } from '../../../lib/errors.js';
import { FileExporter } from '../../../lib/exporters/file/file-exporter.js';
import { temporaryFolders } from '../../support/temporary-folder.js';
import { aTrace } from '../../support/traces.js';
import { runExporterContract } from '../exporter-contract.js';

const temporaryFolder = temporaryFolders();
const [first, second, third] = [1, 2, 3].map((number) =>
  aTrace({
    id: `tr-${String(number).repeat(32)}`,
    name: `trace ${number}`,
    requestTime: new Date(number * 1000),
  }),
) as [Trace, Trace, Trace]; // three numbers, three traces
const isRoot = process.getuid?.() === 0;
const isWindows = process.platform === 'win32';

runExporterContract('file', {
  create: () => {
    const exporter = new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl') });
    return { exporter, readBack: async () => linesOf(exporter.path).map(Trace.fromJSON) };
  },
  createBroken: () => new FileExporter({ path: temporaryFolder() }),
});

describe('FileExporter', () => {
  it('has the line in the file when the call returns', () => {
    const exporter = newExporter();

    exporter.export([first]);

    expect(readFileSync(exporter.path, 'utf8')).toBe(`${traceToLine(first)}\n`);
  });

  it('forces each line to the disk where that is asked for', () => {
    const exporter = new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl'), durability: 'power' });

    exporter.export([first, second]);

    expect(linesOf(exporter.path)).toEqual([first, second].map(traceToLine));
  });

  it.skipIf(isWindows)('makes missing folders, and lets only the owner read', () => {
    const folder = temporaryFolder();
    const exporter = new FileExporter({ path: join(folder, 'a', 'b', 'traces.jsonl') });

    exporter.export([first]);

    const modes = [exporter.path, join(folder, 'a', 'b')].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o600, 0o700]);
  });

  it('makes no file before there is a trace', () => {
    const folder = temporaryFolder();

    const exporter = new FileExporter({ path: join(folder, 'traces.jsonl') });
    exporter.shutdown();

    expect(readdirSync(folder)).toEqual([]);
  });

  it('goes on with a file of an earlier run, and ends its torn line', () => {
    const exporter = newExporter();
    writeFileSync(exporter.path, `${traceToLine(first)}\n${traceToLine(second).slice(0, 100)}`);

    exporter.export([third]);

    expect(linesOf(exporter.path)).toEqual([traceToLine(first), traceToLine(second).slice(0, 100), traceToLine(third)]);
  });

  it('ends a line that another process has torn while it had the file open', () => {
    const exporter = newExporter();
    exporter.export([first]);
    appendFileSync(exporter.path, '{"info":{');

    exporter.export([second]);

    expect(linesOf(exporter.path)).toEqual([traceToLine(first), '{"info":{', traceToLine(second)]);
  });

  it.each([
    ['was renamed', (path: string) => renameSync(path, `${path}.old`), [second]],
    ['was deleted', (path: string) => rmSync(path), [second]],
    ['was deleted with its folder', (path: string) => rmSync(join(path, '..'), { recursive: true }), [second]],
    ['was truncated', (path: string) => truncateSync(path), [second]],
    ['was replaced', (path: string) => replace(path, `${traceToLine(third)}\n`), [third, second]],
  ])('goes on where the file %s meanwhile', (_title, meddle, expected) => {
    const exporter = newExporter();
    exporter.export([first]);

    meddle(exporter.path);
    exporter.export([second]);

    expect(linesOf(exporter.path)).toEqual(expected.map(traceToLine));
  });

  it.skipIf(isWindows)('follows a symbolic link', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'target'), '');
    symlinkSync(join(folder, 'target'), join(folder, 'link'));

    new FileExporter({ path: join(folder, 'link') }).export([first]);

    expect(linesOf(join(folder, 'target'))).toEqual([traceToLine(first)]);
  });

  it('has written what stands before a trace that cannot be written', () => {
    const exporter = new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl') });
    const odd = { data: first.data } as Trace; // no trace at all

    expect(() => exporter.export([first, odd, second])).toThrow(TypeError);
    expect(linesOf(exporter.path)).toEqual([traceToLine(first)]);
  });

  it('refuses traces after shutdown, with a remedy', () => {
    const exporter = newExporter();
    exporter.shutdown();

    expect(() => exporter.export([first])).toThrow(
      new ExportError('file', `The file exporter for '${exporter.path}' was shut down. Make a new one.`),
    );
  });

  it.each([
    [{ path: '' }, "The option 'path' of FileExporter must be a path, but is ''."],
    [{ path: 5 as never }, "The option 'path' of FileExporter must be a path, but is 5."],
    [{ maxBytes: 0 }, "The option 'maxBytes' of FileExporter must be a positive number, but is 0."],
    [{ maxBytes: Number.NaN }, "The option 'maxBytes' of FileExporter must be a positive number, but is NaN."],
    [{ maxFiles: 0 }, "The option 'maxFiles' of FileExporter must be a whole number from 1, but is 0."],
    [{ maxFiles: 1.5 }, "The option 'maxFiles' of FileExporter must be a whole number from 1, but is 1.5."],
    [
      { durability: 'eternal' as never },
      "The option 'durability' of FileExporter must be one of process, power, but is 'eternal'.",
    ],
  ])('refuses %j', (options, message) => {
    expect(() => new FileExporter(options)).toThrow(new ConfigurationError(message));
  });
});

describe('a path that cannot be written', () => {
  it('is refused where it is a folder', () => {
    const path = temporaryFolder();

    expect(failure(path)).toBe(
      `A trace could not be written to '${path}': it is no regular file. Choose another path (option file, or TRACED_AGENTS_FILE).`,
    );
  });

  it.skipIf(isWindows)('is refused where it is a FIFO, without waiting for a reader', () => {
    const path = join(temporaryFolder(), 'fifo');
    execFileSync('mkfifo', [path]);

    expect(failure(path)).toContain('it is no regular file.');
  });

  it.skipIf(isWindows)('is refused where it is a device', () => {
    expect(failure('/dev/null')).toContain('it is no regular file.');
  });

  it('is told with its remedy where a part of it is a file', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');

    expect(failure(join(file, 'traces.jsonl'))).toBe(
      `A trace could not be written to '${join(file, 'traces.jsonl')}': a part of the path is a file. Choose another path (option file, or TRACED_AGENTS_FILE).`,
    );
  });

  it.skipIf(process.platform !== 'linux')('is told with its remedy where the system makes no folders', () => {
    expect(failure('/proc/nope/deeper/traces.jsonl')).toBe(
      "A trace could not be written to '/proc/nope/deeper/traces.jsonl': its folder cannot be made. Choose another path (option file, or TRACED_AGENTS_FILE).",
    );
  });

  it.skipIf(isWindows)('is told in the words of the system where there is no remedy', () => {
    const path = join(temporaryFolder(), 'n'.repeat(300));

    expect(failure(path)).toContain('ENAMETOOLONG: name too long');
  });

  // Root may write everywhere.
  it.skipIf(isRoot || isWindows)('is told with its remedy where the rights are missing', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o500);

    expect(failure(join(folder, 'traces.jsonl'))).toContain('permission is denied.');
  });

  it('is tried again with the next trace', () => {
    const exporter = newExporter();
    mkdirSync(exporter.path);
    const refused = errorOf(() => exporter.export([first]));
    rmSync(exporter.path, { recursive: true });

    exporter.export([second]);

    expect(refused).toBeInstanceOf(ExportError);
    expect(linesOf(exporter.path)).toEqual([traceToLine(second)]);
  });
});

describe('what a FileExporter can find', () => {
  it('is nothing before there is a file', async () => {
    const exporter = newExporter();

    expect(await exporter.getTrace(first.info.traceId)).toBeUndefined();
    expect(await exporter.searchTraces({})).toEqual([]);
  });

  it('is a trace by its id, as it was written last', async () => {
    const exporter = newExporter();
    const again = aTrace({ id: first.info.traceId, name: 'again' });
    exporter.export([first, second, again]);

    expect((await exporter.getTrace(first.info.traceId))?.info.name).toBe('again');
    expect((await exporter.getTrace(second.info.traceId))?.info.name).toBe('trace 2');
    expect(await exporter.getTrace(third.info.traceId)).toBeUndefined();
  });

  it('is not a trace that only speaks of the id', async () => {
    const exporter = newExporter();
    exporter.export([aTrace({ spans: [{ inputs: first.info.traceId }] })]);

    expect(await exporter.getTrace(first.info.traceId)).toBeUndefined();
  });

  it('are the traces that match, the newest first, whatever else the file holds', async () => {
    const exporter = newExporter();
    exporter.export([second]);
    appendFileSync(exporter.path, 'no trace\n\u0000\n');
    exporter.export([third, first]);

    expect(namesOf(await exporter.searchTraces({}))).toEqual(['trace 3', 'trace 2', 'trace 1']);
    expect(namesOf(await exporter.searchTraces({ limit: 1 }))).toEqual(['trace 3']);
    expect(namesOf(await exporter.searchTraces({ name: 'trace 2' }))).toEqual(['trace 2']);
  });

  it('is not a trace that matched before it was written anew', async () => {
    const exporter = newExporter();
    exporter.export([first, aTrace({ id: first.info.traceId, name: 'again' })]);

    expect(await exporter.searchTraces({ name: 'trace 1' })).toEqual([]);
  });

  it('are the newest also among many', async () => {
    const exporter = newExporter();
    const order = Array.from({ length: 500 }, (_, index) => (index * 7) % 500);
    exporter.export(
      order.map((number) =>
        aTrace({
          id: `tr-${number.toString(16).padStart(32, '0')}`,
          name: `${number}`,
          requestTime: new Date(number * 1000),
        }),
      ),
    );

    expect(namesOf(await exporter.searchTraces({ limit: 3 }))).toEqual(['499', '498', '497']);
  });

  it('includes files that were rotated away', async () => {
    const exporter = new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl'), maxBytes: 1, maxFiles: 2 });
    exporter.export([first, second, third]);

    expect((await exporter.getTrace(first.info.traceId))?.info.name).toBe('trace 1');
    expect(namesOf(await exporter.searchTraces({}))).toEqual(['trace 3', 'trace 2', 'trace 1']);
  });

  it('is what was written last, also where an earlier one was rotated away', async () => {
    const exporter = new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl'), maxBytes: 1 });
    exporter.export([first, aTrace({ id: first.info.traceId, name: 'again' })]);

    expect((await exporter.getTrace(first.info.traceId))?.info.name).toBe('again');
  });

  it('is told as an error where the file cannot be read', async () => {
    const path = temporaryFolder();
    const exporter = new FileExporter({ path });

    await expect(exporter.getTrace('tr-1')).rejects.toThrow(
      new TracingError(`The trace file '${path}' cannot be read: it is a folder.`),
    );
    await expect(exporter.searchTraces({})).rejects.toThrow(TracingError);
  });
});

function newExporter(): FileExporter {
  return new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl') });
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return []; // nothing was written yet
  }
}

/** As editors and log rotation do: a new file takes the place of the old one. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function failure(path: string): string {
  return String((errorOf(() => new FileExporter({ path }).export([first])) as Error | undefined)?.message);
}

function errorOf(act: () => void): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

function namesOf(traces: readonly Trace[]): (string | undefined)[] {
  return traces.map((trace) => trace.info.name);
}
