import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Trace } from '../../../lib/entities/trace.js';
import { traceToLine } from '../../../lib/entities/trace-line.js';
import { TracingError } from '../../../lib/errors.js';
import { readTraceFile } from '../../../lib/exporters/file/read-trace-file.js';
import { temporaryFolders } from '../../support/temporary-folder.js';
import { aTrace } from '../../support/traces.js';

const temporaryFolder = temporaryFolders();

afterEach(() => {
  vi.restoreAllMocks();
});

const packageUrl = pathToFileURL(resolve('dist/bundle/index.js')).href;

/** Says what stands in the lines of standard input, or why it cannot be read; stops after so many where it is told to. */
const program = `
import { isBadLine, readTraceFile } from ${JSON.stringify(packageUrl)};
let left = Number(process.argv[2] ?? Infinity);
try {
  for await (const item of readTraceFile('-')) {
    console.log(isBadLine(item) ? 'bad line ' + item.lineNumber : item.info.name);
    left -= 1;
    if (left === 0) break;
  }
} catch (error) {
  console.log(error.message);
}
`;

const [first, second] = ['first', 'second'].map((name) => traceToLine(aTrace({ name })));
const large = traceToLine(aTrace({ name: 'large', spans: [{ inputs: '🧮'.repeat(500_000) }] }));

describe('readTraceFile of standard input', () => {
  it.each([
    ['traces and a bad line', `${first}\nbad\n${second}\n`, ['first', 'bad line 2', 'second']],
    ['a line without an end', `${first}\n${second}`, ['first', 'second']],
    ['a line larger than a pipe', `${large}\n${second}\n`, ['large', 'second']],
    ['nothing', '', []],
  ])('reads %s', (_title, input, expected) => {
    expect(linesOf(run(input))).toEqual(expected);
  });

  it('lets the program end where it stops early', () => {
    expect(linesOf(run(`${first}\n${second}\n`.repeat(10_000), '1'))).toEqual(['first']);
  });

  it('tells what it was that could not be read', async () => {
    const broken = new Readable({ read: () => broken.destroy(new Error('EIO: i/o error')) });
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(broken as never);

    const items = readTraceFile('-');

    await expect(items.next()).rejects.toThrow(
      new TracingError('Standard input cannot be read: Error: EIO: i/o error.'),
    );
  });

  it('is not meant by a path that leads to a file of that name', async () => {
    const path = join(temporaryFolder(), '-');
    writeFileSync(path, `${first}\n`);

    const { value } = await readTraceFile(path).next();

    expect(value).toEqual(Trace.fromJSON(first));
  });
});

function run(input: string, ...args: string[]): string {
  const script = join(temporaryFolder(), 'program.mjs');
  writeFileSync(script, program);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function linesOf(text: string): string[] {
  return text.split('\n').filter(Boolean);
}
