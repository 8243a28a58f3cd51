import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linksOf } from '../documentation/link.js';
import { folderOf, installed, type PackedPackage, packPackage } from './packed-package.js';

const lib = fileURLToPath(new URL('../../lib/', import.meta.url));

let packed: PackedPackage;

beforeAll(() => {
  packed = packPackage();
});

afterAll(() => {
  packed.remove();
});

describe('the packed package', () => {
  it('holds the types of every module, two entries joined into few files, and what asks for the dependencies', () => {
    const types = filesIn(lib).map((path) => `dist/${path.replace(/\.ts$/, '.d.ts')}`);
    const entries = ['auto.js', 'index.js', 'dependencies.js', 'dependencies.cjs'].map((name) => `dist/bundle/${name}`);

    expect([...types, ...entries].filter((path) => !packed.files.includes(path))).toEqual([]);
  });

  it('holds what its pages show and link to', () => {
    const pages = packed.files.filter((path) => path.endsWith('.md'));
    const dead = pages
      .flatMap((page) => linksOf(page))
      .filter(({ target }) => !packed.files.some((path) => path === target || path.startsWith(`${target}/`)));

    expect(pages).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/configuration.md']));
    expect(dead).toEqual([]);
  });

  it('holds nothing else but the files they share, source maps and its papers', () => {
    const others = packed.files.filter(
      (path) => !/^(dist\/(.*\.d\.ts|bundle\/[\w-]+\.c?js(\.map)?)|docs\/.*\.(md|png)|samples\/.*\.ts)$/.test(path),
    );

    expect(others).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
  });

  it('asks the process for the modules of the engine, so that no import makes one more of each', () => {
    const texts = bundledTexts();

    expect(texts.flatMap((text) => text.match(/import[^;]*["']node:[^;]*/g) ?? [])).toEqual([]);
    expect(texts.join('')).toContain('getBuiltinModule("node:fs")');
  });

  it('imports no dependency of CommonJS, of which Node would read each file twice', () => {
    const texts = bundledTexts().filter((text) => !text.startsWith("import 'reflect-metadata';"));

    const imported = texts.flatMap(importsOf);

    expect(new Set(imported.filter((name) => !name.startsWith('./')))).toEqual(
      new Set(['#dependencies', '@opentelemetry/api', 'ky']),
    );
  });

  it('is read as one byte a character, and asks for no tables of Unicode while it is read', () => {
    const texts = bundledTexts();

    expect(texts.flatMap((text) => text.match(/.{0,40}[^ -~\s].{0,40}/g) ?? [])).toEqual([]);
    expect(texts.flatMap(regularExpressionsIn).filter((literal) => literal.includes('\\p{'))).toEqual([]);
    expect(texts.flatMap(regularExpressionsIn).length).toBeGreaterThan(100);
  });

  it('has types that compile where those of newer JavaScript are missing', () => {
    const entries = ['index', 'auto'].map((name) =>
      join(packed.folder, `node_modules/traced-agents/dist/${name}.d.ts`),
    );
    const options: ts.CompilerOptions = {
      module: ts.ModuleKind.NodeNext,
      strict: true,
      lib: ['lib.es2020.d.ts'],
      typeRoots: [folderOf('@types')],
      types: ['node'],
    };

    const program = ts.createProgram(entries, options);

    expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([]);
  });

  it('has types by which a program can declare decorators that it exports', () => {
    const source = packed.write(
      'exported.mts',
      `import { Sensitive, TracedAgent, TracedConversation, TracedLLM, TracedMessage, TracedTool, Untraced } from 'traced-agents';
       export const of = [TracedAgent(), TracedConversation(), TracedLLM(), TracedMessage(), TracedTool(), Untraced(), Sensitive()];
       export const named = (name: string) => TracedTool({ name });`,
    );
    const options: ts.CompilerOptions = {
      module: ts.ModuleKind.NodeNext,
      strict: true,
      declaration: true,
      typeRoots: [folderOf('@types')],
      types: ['node'],
    };

    const program = ts.createProgram([source], options);

    expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([]);
  });

  it.each([
    ['its older resolution', ts.ModuleResolutionKind.Node10],
    ["Node's resolution", ts.ModuleResolutionKind.NodeNext],
    ["a bundler's resolution", ts.ModuleResolutionKind.Bundler],
  ])('has types that TypeScript finds by %s', (_name, moduleResolution) => {
    const from = join(packed.folder, 'program.ts');

    const found = ts.resolveModuleName('traced-agents', from, { moduleResolution }, ts.sys).resolvedModule;

    expect(found?.resolvedFileName).toBe(join(packed.folder, 'node_modules/traced-agents/dist/index.d.ts'));
  });

  it('is installed in at most 6 MB, with its dependencies and peers', () => {
    const folders = [join(packed.folder, 'node_modules/traced-agents'), ...installed.map(folderOf)];

    const bytes = folders.map(sizeOf).reduce((sum, size) => sum + size);

    expect(bytes).toBeLessThanOrEqual(6_000_000);
  });

  it('loads its own files and three dependencies when it is imported, and no transport', () => {
    const program = packed.write(
      'import-only.mjs',
      `const before = new Set(process.moduleLoadList);
       await import('traced-agents');
       const transports = ['http', 'https', 'http2', 'net', 'tls', 'dns', 'dgram', 'internal/deps/undici/undici'];
       const loaded = transports.filter((name) => process.moduleLoadList.includes('NativeModule ' + name));
       console.log(JSON.stringify(loaded.filter((name) => !before.has('NativeModule ' + name))));`,
    );
    const coverage = mkdtempSync(join(packed.folder, 'coverage-'));

    const printed = packed.run([program], { NODE_V8_COVERAGE: coverage });

    const scripts = scriptsIn(coverage);
    expect(JSON.parse(printed)).toEqual([]);
    expect([...new Set(scripts.map(packageOf))].sort()).toEqual([
      '@opentelemetry/api',
      'class-transformer',
      'reflect-metadata',
      'traced-agents',
    ]);
    // The entry, what it shares with the files that wait until they are needed, and what asks for the dependencies.
    const own = scripts.filter((script) => packageOf(script) === 'traced-agents').map((url) => url.split('/').at(-1));
    expect(own.sort()).toEqual([expect.stringMatching(/^chunk-\w+\.js$/), 'dependencies.cjs', 'index.js']);
  });
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.replaceAll('\\', '/'));
}

function sizeOf(folder: string): number {
  return filesIn(folder)
    .map((path) => statSync(join(folder, path)).size)
    .reduce((sum, size) => sum + size, 0);
}

/** Every file of a package that a process has run, by ES modules or by CommonJS, as V8 has counted them. */
function scriptsIn(coverage: string): string[] {
  return readdirSync(coverage).flatMap((name) => {
    const { result }: { result: { url: string }[] } = JSON.parse(readFileSync(join(coverage, name), 'utf8'));
    return result.map((script) => script.url).filter((url) => url.includes('/node_modules/'));
  });
}

function packageOf(url: string): string {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? url;
}

function bundledTexts(): string[] {
  const bundle = join(packed.folder, 'node_modules/traced-agents/dist/bundle');
  const files = readdirSync(bundle, { encoding: 'utf8' }).filter((file) => file.endsWith('.js'));
  return files.map((file) => readFileSync(join(bundle, file), 'utf8'));
}

function regularExpressionsIn(source: string): string[] {
  return nodesIn(source).flatMap((node) => (ts.isRegularExpressionLiteral(node) ? [node.text] : []));
}

/** What a module imports, also later on; `ts.preProcessFile` takes a quote in a regular expression for the begin of a text. */
function importsOf(source: string): string[] {
  return nodesIn(source).flatMap((node) => {
    const from =
      ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
        ? node.arguments[0]
        : ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
          ? node.moduleSpecifier
          : undefined;
    return from !== undefined && ts.isStringLiteral(from) ? [from.text] : [];
  });
}

function nodesIn(source: string): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('bundle.js', source, ts.ScriptTarget.Latest));
  return found;
}
