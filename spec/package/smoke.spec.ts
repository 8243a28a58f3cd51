import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
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

  it.each(['esm', 'cjs'] as const)('traces a program it is bundled into and minified with, as %s', async (format) => {
    const entry = packed.write('entry.mjs', compile(ts.ModuleKind.ESNext));
    const outfile = entry.replace('entry.mjs', `bundle.${format === 'esm' ? 'mjs' : 'cjs'}`);
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      minify: true,
      platform: 'node',
      format,
      logLevel: 'error',
    });

    const printed = packed.run([outfile]);

    expect(JSON.parse(printed)).toEqual(traced);
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

function compile(module: ts.ModuleKind, { experimentalDecorators = true } = {}): string {
  const compilerOptions = {
    module,
    target: ts.ScriptTarget.ES2022,
    experimentalDecorators,
    emitDecoratorMetadata: experimentalDecorators,
  };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}
