/*
 * Joins the compiler's output into one file, without blanks and in fewer words: loading a hundred small files costs a program's start
 * more than all of the dependencies together, and reading this one a quarter less than with every word. Names stay, for stacks and
 * consoles. Types, and files for tools, stay as the compiler wrote them; the maps lead back to the sources.
 */
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

const common = {
  outdir: 'dist/bundle',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  logLevel: 'warning',
};

await rm('dist/bundle', { recursive: true, force: true });
// What is imported when it is first needed stays a file of its own.
await build({ ...common, entryPoints: ['dist/index.js'], packages: 'external', splitting: true });
// The other entry is a few words on top of the first one.
await build({ ...common, entryPoints: ['dist/auto.js'], external: ['./index.js'] });
