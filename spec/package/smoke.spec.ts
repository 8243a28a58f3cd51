import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { build as viteBuild } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PackedPackage, packPackage } from './packed-package.js';

const source = readFileSync(fileURLToPath(new URL('program.ts', import.meta.url)), 'utf8');
const traced = {
  answer: 'warm',
  spans: ['AGENT forecaster.forecast', 'TOOL thermometer', 'LLM think'],
};

let packed: PackedPackage;

beforeAll(() => {
  packed = packPackage();
});

afterAll(() => {
  packed.remove();
});

describe('the packed package', () => {
  it('traces a program that imports it', () => {
    const program = packed.write('legacy.mjs', compile(ts.ModuleKind.ESNext));

    const printed = packed.run([program]);

    expect(JSON.parse(printed)).toEqual(traced);
  });

  it('traces a program that imports it and is compiled in the standard convention', () => {
    const program = packed.write('standard.mjs', compile(ts.ModuleKind.ESNext, { experimentalDecorators: false }));

    const printed = packed.run([program]);

    expect(JSON.parse(printed)).toEqual(traced);
  });

  it('traces a program that requires it', () => {
    const program = packed.write('required.cjs', compile(ts.ModuleKind.CommonJS));

    const printed = packed.run([program]);

    expect(JSON.parse(printed)).toEqual(traced);
  });

  it('is one copy to those who import and those who require it', () => {
    const program = packed.write(
      'both.mjs',
      `import { createRequire } from 'node:module';
       import * as imported from 'traced-agents';
       const required = createRequire(import.meta.url)('traced-agents');
       console.log(imported.init === required.init && imported.Trace === required.Trace);`,
    );

    const printed = packed.run([program]);

    expect(printed).toBe('true\n');
  });

  it.each([
    { format: 'esm' },
    { format: 'cjs' },
    // Whoever names conditions gets no others: that of modules for bundlers is missing then.
    { format: 'esm', conditions: ['production'] },
    { format: 'cjs', conditions: ['production'] },
  ] as const)('traces a program it is bundled into and minified with: $format $conditions', async (options) => {
    const entry = packed.write('entry.mjs', compile(ts.ModuleKind.ESNext));
    const outfile = entry.replace('entry.mjs', `bundle.${options.format === 'esm' ? 'mjs' : 'cjs'}`);
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      minify: true,
      platform: 'node',
      format: options.format,
      ...('conditions' in options && { conditions: [...options.conditions] }),
      logLevel: 'error',
    });

    const printed = packed.run([outfile]);

    expect(JSON.parse(printed)).toEqual(traced);
  });

  it('traces a program it is bundled into by a bundler that leaves out files without effects', async () => {
    const entry = packed.write('shaken.mjs', compile(ts.ModuleKind.ESNext));
    const outDir = entry.replace('shaken.mjs', 'shaken');
    await viteBuild({
      configFile: false,
      logLevel: 'error',
      root: packed.folder,
      ssr: { noExternal: true },
      build: { ssr: entry, outDir },
    });

    const printed = packed.run([join(outDir, 'shaken.mjs')]);

    expect(JSON.parse(printed)).toEqual(traced);
  });

  it('traces a program with which it is compiled to CommonJS, as test runners do', () => {
    compileBundle(join(packed.folder, 'node_modules/compiled'));
    const program = packed.write('compiled.cjs', compile(ts.ModuleKind.CommonJS).replace('traced-agents', 'compiled'));

    const printed = packed.run([program]);

    expect(JSON.parse(printed)).toEqual(traced);
  });

  it('traces where the page of a browser stands in for the globals of Node, as in jsdom', () => {
    const program = packed.write(
      'page.mjs',
      `for (const name of ['TextEncoder', 'TextDecoder', 'Request', 'Response', 'ReadableStream', 'setImmediate', 'structuredClone'])
         delete globalThis[name];
       globalThis.Headers = class {};
       const { FileExporter, init, traceTool } = await import('traced-agents');
       init({ exporters: [new FileExporter({ path: 'page.jsonl' })] });
       class Point { x = 1 }
       traceTool((point) => point, { name: 'move' })(new Point());`,
    );

    packed.run([program]);

    const line = JSON.parse(readFileSync(program.replace('page.mjs', 'page.jsonl'), 'utf8'));
    expect(line.data.spans[0].attributes['mlflow.spanInputs']).toBe('{"point":{"x":1}}');
  });

  it('is switched on from outside by `node --import traced-agents/auto`', () => {
    const program = packed.write(
      'untouched.mjs',
      `import { traceTool } from 'traced-agents';
       traceTool(() => 1, { name: 'counted' })();`,
    );
    const environment = { TRACED_AGENTS_EXPORTERS: 'file', TRACED_AGENTS_FILE: 'auto.jsonl' };

    packed.run(['--import', 'traced-agents/auto', program], environment);

    const lines = readFileSync(program.replace('untouched.mjs', 'auto.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).data.spans[0].name)).toEqual(['counted']);
  });
});

function compileBundle(target: string): void {
  const bundle = join(packed.folder, 'node_modules/traced-agents/dist/bundle');
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  cpSync(bundle, join(target, 'dist/bundle'), { recursive: true });
  for (const file of readdirSync(bundle).filter((name) => name.endsWith('.js'))) {
    const { outputText } = ts.transpileModule(readFileSync(join(bundle, file), 'utf8'), { compilerOptions });
    writeFileSync(join(target, 'dist/bundle', file), outputText);
  }
  const { main, imports }: { main: string; imports: object } = JSON.parse(
    readFileSync(join(packed.folder, 'node_modules/traced-agents/package.json'), 'utf8'),
  );
  writeFileSync(join(target, 'package.json'), JSON.stringify({ main, imports }));
}

function compile(module: ts.ModuleKind, { experimentalDecorators = true } = {}): string {
  const compilerOptions = {
    module,
    target: ts.ScriptTarget.ES2022,
    experimentalDecorators,
    emitDecoratorMetadata: experimentalDecorators,
  };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}
