import { createRequire } from 'node:module';

/**
 * The exports of the modules of CommonJS that Node has loaded, by the path of the file; none in a bundle. They are looked for and not
 * imported: what the program does not use is not loaded. Nor is `import.meta` asked where this file stands, which would keep it from
 * being compiled to CommonJS, as Jest does with Babel.
 */
export function loadedModules(path: RegExp): Map<string, unknown> {
  const { cache } = createRequire('/');
  const paths = Object.keys(cache).filter((each) => path.test(each));
  return new Map(paths.map((each) => [each, cache[each]?.exports]));
}
