import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderOf, type PackedPackage, packPackage } from './packed-package.js';

let packed: PackedPackage;

beforeAll(() => {
  packed = packPackage();
  const folder = join(packed.folder, 'node_modules/@opentelemetry/api');
  rmSync(folder);
  cpSync(folderOf('opentelemetry-api-dual'), folder, { recursive: true });
});

afterAll(() => {
  packed.remove();
});

describe('beside the API of OpenTelemetry that is one copy to import and another to require', () => {
  it('has copies to tell apart', () => {
    const program = packed.write(
      'copies.mjs',
      `import { createRequire } from 'node:module';
       import * as imported from '@opentelemetry/api';
       console.log(imported.trace === createRequire(import.meta.url)('@opentelemetry/api').trace);`,
    );

    expect(packed.run([program])).toBe('false\n');
  });

  it.each([
    ['an import', 'early.mjs', `import { trace } from '@opentelemetry/api';\nexport`],
    ['a require', 'early.cjs', `const { trace } = require('@opentelemetry/api');\nexports.work = work;\n`],
  ])('joins spans of a library that took its tracer by %s before init()', (_how, file, head) => {
    writeLibrary(file, head);
    const program = packed.write(
      'program.mjs',
      `import { work } from './${file}';
       import { InMemoryExporter, init, shutdown, traceTool } from 'traced-agents';
       const memory = new InMemoryExporter();
       for (const round of ['first', 'second']) {
         init({ exporters: [memory] });
         traceTool(() => work(), { name: round })();
         await shutdown();
       }
       work();
       console.log(JSON.stringify(memory.traces.map(({ data }) => data.spans.map(({ name }) => name))));`,
    );

    const printed = packed.run([program]);

    expect(JSON.parse(printed)).toEqual([
      ['first', 'inner'],
      ['second', 'inner'],
    ]);
  });

  it.each([
    ['import', 'require'],
    ['require', 'import'],
  ])('leaves the spans to a provider that another SDK has registered by %s, also where it is used by %s', (by, in_) => {
    const program = packed.write(
      'foreign.mjs',
      `import { createRequire } from 'node:module';
       import * as imported from '@opentelemetry/api';
       import { InMemoryExporter, init, shutdown, traceTool } from 'traced-agents';
       const copies = { import: imported, require: createRequire(import.meta.url)('@opentelemetry/api') };
       const seen = [];
       const tracer = { startActiveSpan: (name, act) => (seen.push(name), act({ end() {} })) };
       copies['${by}'].trace.setGlobalTracerProvider({ getTracer: () => tracer });
       const memory = new InMemoryExporter();
       init({ exporters: [memory] });
       traceTool(() => copies['${in_}'].trace.getTracer('x').startActiveSpan('theirs', (span) => span.end()), { name: 'ours' })();
       await shutdown();
       copies['${in_}'].trace.getTracer('x').startActiveSpan('later', (span) => span.end());
       console.log(JSON.stringify([seen, memory.traces.map(({ data }) => data.spans.map(({ name }) => name))]));`,
    );

    expect(JSON.parse(packed.run([program]))).toEqual([['theirs', 'later'], [['ours']]]);
  });

  it.each(['import', 'require'])("stands in nobody else's way once it is shut down: a tracer by %s", (by) => {
    const program = packed.write(
      'after.mjs',
      `import { createRequire } from 'node:module';
       import * as imported from '@opentelemetry/api';
       import { InMemoryExporter, init, shutdown, traceTool } from 'traced-agents';
       const required = createRequire(import.meta.url)('@opentelemetry/api');
       const { trace } = '${by}' === 'import' ? imported : required;
       const early = trace.getTracer('early');
       const memory = new InMemoryExporter();
       init({ exporters: [memory] });
       await shutdown();
       const between = trace.getTracer('between');
       const seen = [early.startSpan('unseen').isRecording(), between.startSpan('unseen').isRecording()];
       init({ exporters: [memory] });
       traceTool(() => { early.startSpan('early').end(); between.startSpan('between').end(); }, { name: 'outer' })();
       await shutdown();
       const late = trace.getTracer('late');
       trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: (name) => seen.push(name) }) });
       late.startSpan('theirs');
       console.log(JSON.stringify([seen, memory.traces.map(({ data }) => data.spans.map(({ name }) => name))]));`,
    );

    const printed = packed.run([program]);

    expect(JSON.parse(printed)).toEqual([[false, false, 'theirs'], [['outer', 'early', 'between']]]);
  });

  it('leaves a copy of another major version to the SDK that stands behind it', () => {
    const folder = join(packed.folder, 'node_modules/older/node_modules/@opentelemetry/api/dist');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'index.cjs'),
      `class NoProvider {}
       const none = new NoProvider();
       class ProxyTracerProvider {
         getDelegate() { return this.delegate ?? none; }
         setDelegate(delegate) { this.delegate = delegate; }
         getTracer(name) { return this.delegate?.getTracer(name); }
       }
       const proxy = new ProxyTracerProvider();
       exports.ProxyTracerProvider = ProxyTracerProvider;
       exports.trace = { getTracerProvider: () => proxy, getTracer: (name) => proxy.getTracer(name) };`,
    );
    const program = packed.write(
      'older.mjs',
      `import { createRequire } from 'node:module';
       import { init, shutdown } from 'traced-agents';
       const { trace } = createRequire(import.meta.url)('./node_modules/older/node_modules/@opentelemetry/api/dist/index.cjs');
       trace.getTracerProvider().setDelegate({ getTracer: () => 'theirs' });
       init({ exporters: [] });
       console.log(trace.getTracer('x'));
       await shutdown();
       console.log(trace.getTracer('x'));`,
    );

    expect(packed.run([program])).toBe('theirs\ntheirs\n');
  });
});

function writeLibrary(file: string, head: string): void {
  packed.write(
    file,
    `${head} function work() { return tracer.startActiveSpan('inner', (span) => span.end()); }
     const tracer = trace.getTracer('early');`,
  );
}
