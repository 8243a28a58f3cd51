import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { traceToLine } from '../../../lib/entities/trace-line.js';
import { ExportError } from '../../../lib/errors.js';
import { FileExporter } from '../../../lib/exporters/file/file-exporter.js';
import { temporaryFolders } from '../../support/temporary-folder.js';
import { aTrace } from '../../support/traces.js';

type Call = (...args: never[]) => unknown;

/** What is done instead of a call of the file system; `undefined` in `meddle`: the call itself. */
const faults = vi.hoisted(() => ({
  meddle: undefined as ((name: string, real: Call, args: never[]) => unknown) | undefined,
}));

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<Record<string, Call>>();
  const names = ['openSync', 'closeSync', 'fstatSync', 'statSync', 'fsyncSync', 'ftruncateSync'];
  names.push('mkdirSync', 'readSync', 'writeSync', 'renameSync', 'rmSync', 'fchownSync');
  const meddled = names.map((name): [string, Call] => {
    const call = real[name] as Call; // each is there
    return [name, (...args) => (faults.meddle === undefined ? call(...args) : faults.meddle(name, call, args))];
  });
  return { ...real, ...Object.fromEntries(meddled) };
});

const temporaryFolder = temporaryFolders();

afterEach(() => {
  faults.meddle = undefined;
});

describe('a lock that a process has left that died', () => {
  it('is not taken away where another process has taken over meanwhile: two at work would lose a file', () => {
    const exporter = new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl'), maxBytes: 1 });
    const lock = `${exporter.path}.rotating`;
    exporter.export([aTrace()]);
    writeFileSync(lock, '');
    utimesSync(lock, 0, 0);
    faults.meddle = (name, real, args) => {
      const answer = real(...args);
      if (name === 'statSync' && String(args[0]) === lock) utimesSync(lock, new Date(), new Date());
      return answer;
    };

    exporter.export([aTrace()]);

    expect(existsSync(lock)).toBe(true);
  });
});

describe('a lock that cannot be taken away', () => {
  it.each([
    ['its own', false],
    ["another user's", true],
  ])('costs no trace: %s', (_title, isLeft) => {
    const exporter = new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl'), maxBytes: 1 });
    exporter.export([aTrace()]);
    if (isLeft) {
      writeFileSync(`${exporter.path}.rotating`, '');
      utimesSync(`${exporter.path}.rotating`, 0, 0);
    }
    faults.meddle = (name, real, args) => {
      if (name === 'rmSync' && String(args[0]).includes('rotating')) throw systemError('EPERM');
      return real(...args);
    };

    expect(() => exporter.export([aTrace()])).not.toThrow();
  });
});

describe('a call of the file system that fails', () => {
  it.each([
    ['a file', {}],
    ['a file that is rotated', { maxBytes: 1500, maxFiles: 9 }],
    ['a file that is forced to the disk', { durability: 'power' as const }],
  ])('costs no more than its trace, whichever it is: %s', (_title, options) => {
    const runs: unknown[] = [];

    for (let failing = 1; ; failing += 1) {
      const run = runWithFault(failing, options);
      if (!run.hasFailed) break;
      runs.push(run.lost);
    }

    expect(runs.length).toBeGreaterThan(10);
    expect(runs).toEqual(runs.map(() => []));
  });

  it('leaks no descriptor', () => {
    const exporter = newExporter();
    let open = 0;
    faults.meddle = (name, real, args) => {
      if (name === 'fstatSync') throw systemError('EIO');
      if (name === 'openSync') open += 1;
      if (name === 'closeSync') open -= 1;
      return real(...args);
    };

    for (let attempt = 0; attempt < 10; attempt += 1) errorOf(() => exporter.export([numbered(1)]));

    expect(open).toBe(0);
  });
});

describe('a write that is cut short', () => {
  it('is completed', () => {
    const exporter = newExporter();
    faults.meddle = (name, real, args) => (name === 'writeSync' ? writePart(real, args, 10) : real(...args));

    exporter.export([numbered(1), numbered(2)]);

    expect(numbersIn(exporter.path)).toEqual([1, 2]);
  });

  it('is taken back where it cannot be completed', () => {
    const exporter = newExporter();
    exporter.export([numbered(1)]);

    const error = failHalfway(exporter);
    const between = numbersIn(exporter.path);
    exporter.export([numbered(3)]);

    expect(error).toEqual(
      new ExportError(
        'file',
        `A trace could not be written to '${exporter.path}': the disk is full. Free some space; tracing goes on by itself then.`,
      ),
    );
    expect([between, numbersIn(exporter.path)]).toEqual([[1], [1, 3]]);
  });

  it('is closed off where it cannot even be taken back', () => {
    const exporter = newExporter();
    exporter.export([numbered(1)]);

    failHalfway(exporter, 'ftruncateSync');
    exporter.export([numbered(3)]);

    expect(numbersIn(exporter.path)).toEqual([1, 'torn', 3]);
  });

  it('is closed off where another process writes to the file, too', () => {
    const exporter = newExporter();
    exporter.export([numbered(1)]);
    appendFileSync(exporter.path, `${traceToLine(numbered(2))}\n`);

    failHalfway(exporter);
    exporter.export([numbered(4)]);

    expect(numbersIn(exporter.path)).toEqual([1, 2, 'torn', 4]);
  });

  it('is closed off where another process has written behind it', () => {
    const exporter = newExporter();
    exporter.export([numbered(1)]);

    failHalfway(exporter, undefined, () => appendFileSync(exporter.path, `\n${traceToLine(numbered(3))}\n`));
    exporter.export([numbered(4)]);

    expect(numbersIn(exporter.path)).toEqual([1, 'torn', 3, 4]);
  });
});

describe('a line that another process is writing', () => {
  it('is waited for, since an end put after it would leave an empty line', () => {
    const exporter = newExporter();
    exporter.export([numbered(1)]);
    const line = `${traceToLine(numbered(2))}\n`;
    // Slowly: one character whenever it is looked at, for longer than the patience with a line that does not grow.
    const parts = [line.slice(0, -300), ...line.slice(-300)];
    appendFileSync(exporter.path, parts.shift() ?? '');
    faults.meddle = (name, real, args) => {
      if (name === 'fstatSync') appendFileSync(exporter.path, parts.shift() ?? '');
      return real(...args);
    };

    exporter.export([numbered(3)]);

    const lines = [numbered(1), numbered(2), numbered(3)].map(traceToLine);
    expect(readFileSync(exporter.path, 'utf8')).toBe(lines.map((text) => `${text}\n`).join(''));
  });

  it.each([0, 1])('is waited for, however long a slow disk holds it up: written %i s ago', (secondsAgo) => {
    const exporter = newExporter();
    exporter.export([numbered(1)]);
    const line = `${traceToLine(numbered(2))}\n`;
    appendFileSync(exporter.path, line.slice(0, 50));
    const then = Date.now() / 1000 - secondsAgo;
    utimesSync(exporter.path, then, then);
    // The system lets who asks for the file to be changed wait for the write.
    faults.meddle = (name, real, args) => {
      if (name === 'fchownSync') appendFileSync(exporter.path, line.slice(50));
      return real(...args);
    };

    exporter.export([numbered(3)]);

    const lines = [numbered(1), numbered(2), numbered(3)].map(traceToLine);
    expect(readFileSync(exporter.path, 'utf8')).toBe(lines.map((text) => `${text}\n`).join(''));
  });

  it('is given up where the system does not let anybody wait for it', () => {
    const exporter = newExporter();
    exporter.export([numbered(1)]);
    appendFileSync(exporter.path, 'torn');
    faults.meddle = (name, real, args) => {
      if (name === 'fchownSync') throw systemError('EPERM');
      return real(...args);
    };

    exporter.export([numbered(2)]);

    expect(numbersIn(exporter.path)).toEqual([1, 'torn', 2]);
  });

  it('is given up when nothing follows', () => {
    const exporter = newExporter();
    exporter.export([numbered(1)]);
    appendFileSync(exporter.path, 'torn');

    exporter.export([numbered(2)]);

    expect(numbersIn(exporter.path)).toEqual([1, 'torn', 2]);
  });
});

describe('a missing folder', () => {
  it('may be made by another process at the same moment', () => {
    const exporter = new FileExporter({ path: join(temporaryFolder(), 'deep', 'traces.jsonl') });
    faults.meddle = (name, real, args) => {
      const result = real(...args);
      if (name === 'mkdirSync') throw systemError('EEXIST');
      return result;
    };

    exporter.export([numbered(1)]);

    expect(numbersIn(exporter.path)).toEqual([1]);
  });
});

describe('what stands at the path', () => {
  it('is looked at again when it was opened', () => {
    const exporter = newExporter();
    faults.meddle = (name, real, args) => {
      if (name === 'openSync') return (real as typeof import('node:fs').openSync)('/dev/null', 'r+');
      return real(...args);
    };

    const error = errorOf(() => exporter.export([numbered(1)]));

    expect(String(error)).toContain('it is no regular file.');
  });

  it('is left alone where another process has rotated it just now', () => {
    const exporter = new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl'), maxBytes: 1 });
    exporter.export([numbered(1)]);
    faults.meddle = (name, real, args) => {
      const result = real(...args);
      if (name === 'openSync' && String(args[0]).endsWith('.rotating')) {
        faults.meddle = undefined;
        rmSync(exporter.path);
        writeFileSync(exporter.path, `${traceToLine(numbered(2))}\n`);
      }
      return result;
    };

    exporter.export([numbered(3)]);

    expect(numbersIn(exporter.path)).toEqual([2, 3]);
  });

  it('is told as it is where nothing is known of the error', () => {
    const exporter = newExporter();
    faults.meddle = () => {
      throw undefined; // whatever a patched file system may do
    };

    const error = errorOf(() => exporter.export([numbered(1)]));

    expect((error as ExportError).message).toBe(`A trace could not be written to '${exporter.path}': undefined.`);
  });
});

const limit = ableTo(() => execFileSync('prlimit', ['--pid', `${process.pid}`, '--fsize'], { stdio: 'pipe' }));
if (!limit.isAble) console.log(`Specs of the size limit of files are skipped: ${limit.reason}`);

describe.skipIf(!limit.isAble)('a file at the size limit of the system', () => {
  it('takes no part of a line, and goes on when there is room', () => {
    const exporter = newExporter();
    exporter.export([numbered(1)]);

    const error = withFileSizeLimit(1000, () => errorOf(() => exporter.export([numbered(2), numbered(3)])));
    exporter.export([numbered(4)]);

    expect(String(error)).toContain(
      "the file has reached the size limit of the system. Rotate it (option 'maxBytes').",
    );
    expect(numbersIn(exporter.path)).toEqual([1, 4]);
  });
});

const mounting = ableTo(() => {
  const folder = join('/dev/shm', `traced-agents-${process.pid}`);
  mkdirSync(folder);
  try {
    withSmallDisk(folder, () => undefined);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
if (!mounting.isAble) console.log(`Specs of a full disk are skipped: ${mounting.reason}`);

describe.skipIf(!mounting.isAble)('a disk that is full', () => {
  it('takes no part of a line, and traces again when there is room', () => {
    const folder = temporaryFolder();

    const outcome = withSmallDisk(folder, () => {
      const exporter = new FileExporter({ path: join(folder, 'traces.jsonl') });
      writeFileSync(join(folder, 'ballast'), 'x'.repeat(32_768));
      let written = 0;
      const error = errorOf(() => {
        for (; written < 1000; written += 1) exporter.export([numbered(written)]);
      });
      rmSync(join(folder, 'ballast'));
      exporter.export([numbered(1000)]);
      exporter.shutdown();
      return { message: String(error), numbers: numbersIn(exporter.path), written };
    });

    expect(outcome.message).toContain('the disk is full. Free some space; tracing goes on by itself then.');
    expect(outcome.written).toBeGreaterThan(10);
    expect(outcome.numbers).toEqual([...Array(outcome.written).keys(), 1000]);
  });
});

/** Writes four traces while the n-th call fails, then one more; says which of those that did not fail are not there. */
function runWithFault(failing: number, options: object): { readonly hasFailed: boolean; readonly lost: number[] } {
  const folder = temporaryFolder();
  const exporter = new FileExporter({ path: join(folder, 'deep', 'traces.jsonl'), ...options });
  let call = 0;
  faults.meddle = (_name, real, args) => {
    call += 1;
    if (call === failing) throw systemError('EIO');
    return real(...args);
  };
  const written = [0, 1, 2, 3].filter((number) => {
    const error = errorOf(() => exporter.export([numbered(number)]));
    if (error !== undefined && !(error instanceof ExportError)) throw error;
    return error === undefined;
  });
  const hasFailed = call >= failing;
  faults.meddle = undefined;
  exporter.export([numbered(4)]);
  exporter.shutdown();
  const files = readdirSync(join(folder, 'deep')).filter((file) => !file.endsWith('.rotating'));
  const found = files.flatMap((file) => numbersIn(join(folder, 'deep', file)));
  if (written.length < 3) throw new Error(`The fault ${failing} cost ${4 - written.length} traces.`);
  return { hasFailed, lost: [...written, 4].filter((number) => !found.includes(number)) };
}

/** The disk is full after the first bytes of a line; then also the call of that name fails. */
function failHalfway(exporter: FileExporter, failing?: string, meanwhile: () => void = () => undefined): unknown {
  let writes = 0;
  faults.meddle = (name, real, args) => {
    if (name === failing) throw systemError('EIO');
    if (name !== 'writeSync') return real(...args);
    writes += 1;
    if (writes === 1) return writePart(real, args, 50);
    faults.meddle = name === failing ? undefined : faults.meddle;
    meanwhile();
    throw systemError('ENOSPC');
  };
  const error = errorOf(() => exporter.export([numbered(99)]));
  faults.meddle = undefined;
  return error;
}

function writePart(real: Call, args: never[], length: number): unknown {
  const [descriptor, bytes, from, left] = args as unknown as [number, Uint8Array, number, number]; // as append-file calls it
  const write = real as typeof import('node:fs').writeSync;
  return write(descriptor, bytes, from, Math.min(length, left));
}

function withFileSizeLimit<Result>(bytes: number, act: () => Result): Result {
  const setLimit = (limit: string): unknown => execFileSync('prlimit', ['--pid', `${process.pid}`, `--fsize=${limit}`]);
  setLimit(`${bytes}:`);
  try {
    return act();
  } finally {
    setLimit('unlimited:');
  }
}

function withSmallDisk<Result>(folder: string, act: () => Result): Result {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'pipe' });
  try {
    return act();
  } finally {
    execFileSync('umount', [folder]);
  }
}

function ableTo(act: () => void): { readonly isAble: boolean; readonly reason: string } {
  const error = errorOf(act);
  return { isAble: error === undefined, reason: String(error).split('\n').slice(0, 2).join(' ') };
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function newExporter(): FileExporter {
  return new FileExporter({ path: join(temporaryFolder(), 'traces.jsonl') });
}

function numbered(number: number) {
  return aTrace({ id: `tr-${number.toString(16).padStart(32, '0')}` });
}

function numbersIn(path: string): (number | 'torn')[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) =>
    line.endsWith('}') ? Number.parseInt(JSON.parse(line).info.trace_id.slice(3), 16) : 'torn',
  );
}

function errorOf(act: () => void): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}
