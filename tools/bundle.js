/*
 * Joins the compiler's output into one file, without blanks and in fewer words: loading a hundred small files costs a program's start
 * more than all of the dependencies together, and reading this one a quarter less than with every word. Names stay, for stacks and
 * consoles. Types, and files for tools, stay as the compiler wrote them; the maps lead back to the sources.
 *
 * The engine's own modules are asked of the process: an import of one makes a module of it first, with all that it exports, and one
 * export of `node:fs` loads another module when it is looked at. That was a tenth of what loading the package takes.
 *
 * Two dependencies are CommonJS. Node reads each of their files twice if they are imported, first for the names of the exports: that was
 * a third of what loading the package takes. So a file of CommonJS asks for them and hands on what is used. Bundlers know the condition
 * `module` and get a file that imports them by name, so that they can leave out the rest. OpenTelemetry's API is imported, since its
 * newer versions are another copy to those who require it.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

/** What is used of each dependency that is CommonJS; grows while the sources are read. */
const used = {
  'reflect-metadata': new Set(),
  'class-transformer': new Set(),
};

/** @type {import('esbuild').Plugin} */
const cheapImports = {
  name: 'cheap-imports',
  setup(compilation) {
    compilation.onLoad({ filter: /\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { contents: source.replaceAll(namedImport, cheaper) };
    });
    compilation.onResolve({ filter: /^#dependencies$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** As the compiler writes it: on a line of its own, so that the lines below keep their places in the maps. */
const namedImport = /^import (?:\{ ([^}]+?),? \} from )?'([^']+)';$/gm;

function cheaper(statement, names, module) {
  if (module.startsWith('node:')) {
    return `const { ${names.replaceAll(' as ', ': ')} } = process.getBuiltinModule('${module}');`;
  }
  if (!(module in used)) return statement;
  if (names === undefined) return "import '#dependencies';";
  for (const name of names.split(', ')) used[module].add(name.split(' as ')[0]);
  return `import { ${names} } from '#dependencies';`;
}

/** The two files that the package's `imports` name as `#dependencies`. */
async function writeDependencies(folder) {
  const modules = Object.entries(used).map(([module, names]) => [module, [...names].sort()]);
  const asModule = modules.map(([module, names]) =>
    names.length === 0 ? `import '${module}';\n` : `export { ${names.join(', ')} } from '${module}';\n`,
  );
  const asCommonJs = modules.map(([module, names], index) =>
    names.length === 0
      ? `require('${module}');\n`
      : `const module${index} = require('${module}');\n${names.map((name) => `exports.${name} = module${index}.${name};\n`).join('')}`,
  );
  await writeFile(`${folder}/dependencies.js`, asModule.join(''));
  await writeFile(`${folder}/dependencies.cjs`, asCommonJs.join(''));
}

const outdir = 'dist/bundle';

const common = {
  outdir,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  plugins: [cheapImports],
  logLevel: 'warning',
};

await rm(outdir, { recursive: true, force: true });
// What is imported when it is first needed stays a file of its own.
await build({ ...common, entryPoints: ['dist/index.js'], packages: 'external', splitting: true });
await writeDependencies(outdir);
// The other entry is a few words on top of the first one.
await build({ ...common, entryPoints: ['dist/auto.js'], external: ['./index.js'] });
