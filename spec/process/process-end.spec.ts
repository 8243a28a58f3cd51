import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Trace } from 'traced-agents';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blackHole } from '../support/black-hole.js';
import { treeOf } from '../support/recording.js';

const packageUrl = pathToFileURL(resolve('dist/bundle/index.js')).href;
const autoUrl = pathToFileURL(resolve('dist/bundle/auto.js')).href;

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'traced-agents-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a program in a process of its own, in a folder of its own. */
function run(
  program: string,
  { args = [], env = {} }: { args?: string[]; env?: Record<string, string> } = {},
): Promise<End> {
  writeFileSync(join(folder, 'program.mjs'), `import * as ta from ${JSON.stringify(packageUrl)};\n${program}`);
  const options = { cwd: folder, env: { ...process.env, ...env }, timeout: 60_000 };
  return new Promise((done) => {
    const child = execFile(process.execPath, [...args, 'program.mjs'], options, (_error, stdout, stderr) =>
      done({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
    );
  });
}

function tracesOnDisk(): string[] {
  const text = readFileSync(join(folder, 'traces.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const trace = Trace.fromJSON(line);
      return `${treeOf(trace)} ${trace.info.state}`;
    });
}

/** Each byte comes in time, and the whole never. */
function dripOn(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n');
  const timer = setInterval(() => socket.write('x'), 20);
  socket.on('close', () => clearInterval(timer));
}

const queued = `const got = [];
ta.init({ exporters: [{ name: 'queued', async export(traces) { await new Promise((r) => setTimeout(r, 30)); got.push(...traces); } }] });
process.on('exit', () => console.log(got.length + ' arrived', JSON.stringify(ta.stats())));
const echo = ta.traceTool((x) => x, { name: 'echo' });`;

const hanging = `const hang = ta.traceAgent(() => new Promise((done) => setTimeout(done, 30_000)), { name: 'open' });`;

describe('the end of the process', () => {
  it('by itself: what is queued still goes out, without a call of flush', async () => {
    const { code, stdout } = await run(`${queued} for (let i = 0; i < 100; i += 1) echo(i);`);

    expect([code, stdout.split(' ')[0]]).toEqual([0, '100']);
  });

  it('by itself: an exporter that never answers holds it no longer than the limit', async () => {
    const { code, stdout } = await run(`
      ta.init({ shutdownTimeoutMs: 100, exporters: [{ name: 'hung', export: () => new Promise(() => undefined) }] });
      ta.traceTool((x) => x)(1);
      const since = performance.now();
      process.on('exit', () => console.log(performance.now() - since < 30_000 ? 'in time' : 'too late'));`);

    expect([code, stdout.trim()]).toEqual([0, 'in time']);
  });

  it.each([
    ['that takes no connection further', () => undefined],
    ['that answers byte by byte', (socket: Socket) => dripOn(socket)],
  ])(
    'by itself: a server %s holds it no longer than the limit, and its traces are on disk',
    async (_title, onSocket) => {
      const server = createServer(onSocket).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const spoolDir = join(folder, 'spool');

      const { code, stdout, stderr } = await run(`
      ta.init({ shutdownTimeoutMs: 300, exporters: [], trackingUri: 'http://127.0.0.1:${port}', spoolDir: 'spool' });
      for (let i = 0; i < 100; i += 1) ta.traceTool((x) => x)(i);
      const since = performance.now();
      process.on('exit', () => console.log(performance.now() - since < 30_000 ? 'in time' : 'too late'));`);
      server.close();

      const lines = readdirSync(spoolDir, { recursive: true })
        .filter((name) => String(name).endsWith('.jsonl'))
        .flatMap((name) =>
          readFileSync(join(spoolDir, String(name)), 'utf8')
            .trim()
            .split('\n'),
        );
      expect([code, stdout.trim(), lines.length]).toEqual([0, 'in time', 100]);
      expect(stderr).toMatch(/did not answer before the end; its traces are kept on disk, and sent later/);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'by itself: a server that takes no connection at all does not hold it for long',
    async () => {
      const { port, stop } = await blackHole();

      const { code, stdout } = await run(`
      ta.init({ shutdownTimeoutMs: 300, exporters: [], trackingUri: 'http://127.0.0.1:${port}', spoolDir: 'spool' });
      for (let i = 0; i < 100; i += 1) ta.traceTool((x) => x)(i);
      const since = performance.now();
      process.on('exit', () => console.log(performance.now() - since < 30_000 ? 'in time' : 'too late'));`);
      stop();

      expect([code, stdout.trim()]).toEqual([0, 'in time']);
    },
  );

  it('by itself: tracing that has nothing to do does not hold it', async () => {
    const { code, stdout } = await run(`ta.init({ exporters: [] }); process.on('exit', () => console.log('bye'));`);

    expect([code, stdout.trim()]).toEqual([0, 'bye']);
  });

  it('by process.exit: finished traces are on disk, open ones are written as incomplete', async () => {
    const { code } = await run(`
      ta.init({ exporters: [new ta.FileExporter()] });
      ta.traceTool(() => 1, { name: 'done' })();
      void ta.traceAgent(() => new Promise(() => undefined), { name: 'open' })();
      process.exit(3);`);

    expect([code, ...tracesOnDisk()]).toEqual([3, 'done OK', 'open IN_PROGRESS']);
  });

  it('by an uncaught exception: exit code and message are those of the bare program, the trace is on disk', async () => {
    const { code, stderr } = await run(`
      ta.init({ exporters: [new ta.FileExporter()] });
      await ta.traceAgent(async () => { throw new TypeError('nobody catches this'); }, { name: 'failing' })();`);

    expect(code).toBe(1);
    expect(stderr).toContain('TypeError: nobody catches this');
    expect(tracesOnDisk()).toEqual(['failing ERROR']);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    'by %s, where it is asked to wait: open traces leave as incomplete',
    async (signal) => {
      const { signal: end, stdout } =
        await run(`${hanging} ta.init({ exporters: [new ta.FileExporter()], flushOnSignals: true });
      hang(); process.kill(process.pid, '${signal}');`);

      expect([end, stdout]).toEqual([signal, '']);
      expect(tracesOnDisk()).toEqual(['open IN_PROGRESS']);
    },
  );

  it('by a signal that the program handles itself: it is left to the program', async () => {
    const { code, stdout } =
      await run(`${hanging} ta.init({ exporters: [new ta.FileExporter()], flushOnSignals: true });
      process.on('SIGTERM', () => setTimeout(() => { console.log(ta.stats().open); process.exit(7); }, 20));
      hang(); process.kill(process.pid, 'SIGTERM');`);

    expect([code, stdout.trim()]).toEqual([7, '1']);
    expect(tracesOnDisk()).toEqual(['open IN_PROGRESS']);
  });

  it('by a second signal: at once', async () => {
    const { signal, stdout } = await run(`${hanging}
      ta.init({ exporters: [{ name: 'hung', export: () => new Promise(() => undefined) }], flushOnSignals: true, shutdownTimeoutMs: 120_000 });
      hang(); process.kill(process.pid, 'SIGINT'); setTimeout(() => process.kill(process.pid, 'SIGINT'), 50);`);

    expect([signal, stdout]).toEqual(['SIGINT', '']);
  });

  it('adds no handler for signals unless asked to', async () => {
    const { stdout } = await run(`
      ta.init({ exporters: [] });
      console.log(['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'unhandledRejection'].map((name) => process.listenerCount(name)).join());`);

    expect(stdout.trim()).toBe('0,0,0,0,0');
  });
});

describe('traced-agents/auto', () => {
  it('switches tracing on from the environment, without a line of code', async () => {
    const { code, stderr } = await run(`ta.traceTool(() => 1, { name: 'echo' })();`, {
      args: ['--import', autoUrl],
      env: {
        TRACED_AGENTS_EXPORTERS: 'console,file',
        TRACED_AGENTS_FILE: 'traces.jsonl',
        TRACED_AGENTS_VERBOSITY: 'line',
      },
    });

    expect(code).toBe(0);
    expect(stderr).toContain('echo');
    expect(tracesOnDisk()).toEqual(['echo OK']);
  });
});

describe('importing the package', () => {
  it('enables nothing and adds no listener', async () => {
    const { stdout } = await run(`
      ta.traceTool((x) => x)(1);
      const ours = process.listeners('exit').filter((listener) => listener.name !== 'handleProcessExit'); // Node's own
      console.log(JSON.stringify(ta.stats()), ours.length, process.listenerCount('beforeExit'));`);

    expect(stdout.trim()).toBe('{"started":0,"recorded":0,"sampledOut":0,"dropped":{},"open":0,"exporters":{}} 0 0');
  });
});

describe('warnings of tracing', () => {
  it('end no program whose stderr nobody reads', async () => {
    const program = `setTimeout(() => undefined, 200);
      const failing = (name) => ({ name, delivery: 'inline', export() { throw new Error(name); } });
      const fail = (name) => { ta.init({ exporters: [failing(name)] }); ta.traceTool(() => 1)(); };
      process.stdin.once('data', () => { fail('one'); setTimeout(fail, 20, 'two'); setTimeout(fail, 40, 'three'); process.stdin.unref(); });`;
    writeFileSync(join(folder, 'program.mjs'), `import * as ta from ${JSON.stringify(packageUrl)};\n${program}`);
    const child = spawn(process.execPath, ['program.mjs'], { cwd: folder });
    child.stderr.destroy();
    child.stdin.write('begin');

    const [code] = (await once(child, 'exit')) as [number];

    expect(code).toBe(0);
  });
});

describe('callbacks that are asynchronous, against their types', () => {
  it.each([
    ['onError', "ta.init({ exporters: [{ name: 'x', export() { throw new Error('x'); } }], onError: fail }); echo(1);"],
    ['redact', "init({ redact: fail }); echo('text');"],
    ['toJSON', "init(); class D { async toJSON() { throw new Error('down'); } } echo(new D());"],
    ['usage', 'init(); ta.traceLLM((x) => x, { usage: fail })(1);'],
    ['attributes', 'init(); ta.traceTool((x) => x, { attributes: fail })(1);'],
    ['name', 'init(); class A { run() {} } ta.TracedAgent({ name: fail })(A); new A().run();'],
    [
      'message',
      "init(); class A { hear() {} } ta.instrument(A, { hear: ta.TracedMessage({ message: fail, sender: fail, valid: fail }) }); ta.traceConversation('c', () => new A().hear(1, 2));",
    ],
  ])('end no program: %s', async (_name, program) => {
    const { code, stdout, stderr } = await run(
      `const fail = async () => { throw new Error('down'); };
       const init = (options) => ta.init({ exporters: [new ta.InMemoryExporter()], ...options });
       const echo = ta.traceTool((x) => x, { name: 'echo' });
       ${program}
       setTimeout(() => console.log('alive'), 20);`,
    );

    expect(stderr).not.toContain('Unhandled');
    expect([code, stdout]).toEqual([0, 'alive\n']);
  });
});
