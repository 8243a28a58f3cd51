/*
 * Joins the compiler's output into one file (and a shared one, for the two entries): loading a hundred small files costs a
 * program's start more than all of the dependencies together. Types, and files for tools, stay as the compiler wrote them.
 */
import { rm } from 'node:fs/promises';
import { build } from 'esbuild';

await rm('dist/bundle', { recursive: true, force: true });
await build({
  entryPoints: ['dist/index.js', 'dist/auto.js'],
  outdir: 'dist/bundle',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
});
