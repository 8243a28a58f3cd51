import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages } from './code-block.js';
import { typeErrors } from './type-errors.js';
import { publicNames } from './user-module.js';

/** The changelog is left out: it tells of names that were. */
const texts = pages.filter((page) => page !== 'CHANGELOG.md').map((page) => readFileSync(page, 'utf8'));
const manifest: { name: string; scripts: object; peerDependencies: object } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);
/** What is called within a sentence, decorators as the calls that make them. */
const calls = found(/`@?((?:new )?\w+\((?:(?!\.\.\.)[^`…])*\))`/g);
/** What stands in the code, comments left out. */
const words = new Set(['lib', 'samples'].flatMap((folder) => codeIn(folder).match(/\w+/g) ?? []));

describe('the sentences of the documentation', () => {
  it('name functions and classes that the code knows', () => {
    const names = new Set([
      ...calls.map((call) => call.replace(/^new |\(.*/g, '')),
      ...found(/`@?([A-Z]\w*[a-z]\w*)`/g),
    ]);

    const unknown = [...names].filter((name) => !words.has(name) && !(name in globalThis));

    // Node's; whatever else the pages name of others stands here, too.
    expect(unknown).toEqual(['require', 'terminate', 'AsyncResource']);
  });

  it('call the functions with arguments and options that they take', () => {
    const programs = calls
      .filter((call) => !call.endsWith('()') && publicNames.some((name) => call.startsWith(`${name}(`)))
      .map((call) => ({ place: call, language: 'ts', code: call }));

    // They leave it to the reader what a name stands for.
    const errors = typeErrors(programs, 'legacy').filter((error) => !/Cannot find name|No value exists in/.test(error));

    expect(programs.length).toBeGreaterThan(15);
    expect(errors).toEqual([]);
  });

  it('tell scripts that there are', () => {
    const scripts = [...found(/npm run ([\w:]+)/g), ...found(/npm (test)/g)];

    expect(scripts).toEqual(expect.arrayContaining(['bench', 'bench:scale', 'demo', 'test']));
    expect(scripts.filter((script) => !Object.hasOwn(manifest.scripts, script))).toEqual([]);
  });

  it('tell all that must be installed', () => {
    const installed = [manifest.name, ...Object.keys(manifest.peerDependencies)].join(' ');

    expect(found(/npm install (.*)/g)).toEqual([installed]);
  });

  it('tell files and folders that there are', () => {
    const paths = found(/`((?:bench|lib|samples|spec|tools)\/[^`]*)`/g);

    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('tell variables that the code knows', () => {
    const variables = found(/(?<![\w.])([A-Z]+_[A-Z_]+)\b/g);

    expect(variables.length).toBeGreaterThan(60);
    // An example of a secret, and two of which it is said that they are not read.
    const others = ['DB_PASSWORD', 'HTTPS_PROXY', 'HTTP_PROXY'];
    expect(variables.filter((variable) => !words.has(variable))).toEqual(others);
  });
});

/** What a pattern takes from the pages, once each, sorted. */
function found(pattern: RegExp): string[] {
  const matches = texts.flatMap((text) => [...text.matchAll(pattern)]);
  return [...new Set(matches.map(([, part = '']) => part))].sort();
}

function codeIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const lines = files.flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'));
  return lines.filter((line) => !/^\s*(?:\/\/|\/?\*)/.test(line)).join('\n');
}
