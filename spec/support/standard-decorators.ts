import ts from 'typescript';
import type { Plugin } from 'vitest/config';

/** Compiles specs and samples in the standard decorator convention, which vitest's own transform leaves in its output. */
export function standardDecorators(): Plugin {
  return {
    name: 'standard-decorators',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/(?:spec|samples)\/.*\.ts$/.test(id)) return undefined;
      const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, sourceMap: true };
      const { outputText, sourceMapText } = ts.transpileModule(code, { fileName: id, compilerOptions });
      return { code: outputText, map: sourceMapText ?? null };
    },
  };
}
