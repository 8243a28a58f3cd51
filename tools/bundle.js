/*
 * Joins the compiler's output into one file, without blanks and in fewer words: loading a hundred small files costs a program's start
 * more than all of the dependencies together, and reading this one a quarter less than with every word. Names stay, for stacks and
 * consoles. Types, and files for tools, stay as the compiler wrote them; the maps lead back to the sources.
 *
 * The engine's own modules are asked of the process: an import of one makes a module of it first, with all that it exports, and one
 * export of `node:fs` loads another module when it is looked at. That was a tenth of what loading the package takes.
 */
import { readFile, rm } from 'node:fs/promises';
import { build } from 'esbuild';

/** @type {import('esbuild').Plugin} */
const builtinsByProcess = {
  name: 'builtins-by-process',
  setup(compilation) {
    compilation.onLoad({ filter: /\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { contents: source.replaceAll(builtinImport, declarationOf) };
    });
  },
};

/** As the compiler writes it: on a line of its own, so that the lines below keep their places in the maps. */
const builtinImport = /^import \{ ([^}]+) \} from '(node:[^']+)';$/gm;

function declarationOf(_, names, module) {
  return `const { ${names.replaceAll(' as ', ': ')} } = process.getBuiltinModule('${module}');`;
}

const common = {
  outdir: 'dist/bundle',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  plugins: [builtinsByProcess],
  logLevel: 'warning',
};

await rm('dist/bundle', { recursive: true, force: true });
// What is imported when it is first needed stays a file of its own.
await build({ ...common, entryPoints: ['dist/index.js'], packages: 'external', splitting: true });
// The other entry is a few words on top of the first one.
await build({ ...common, entryPoints: ['dist/auto.js'], external: ['./index.js'] });
