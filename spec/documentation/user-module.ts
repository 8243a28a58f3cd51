import { readFileSync } from 'node:fs';
import ts from 'typescript';
import type { CodeBlock } from './code-block.js';
import * as surroundings from './surroundings.js';

/** The two conventions of decorators, in the compiler's words. */
export const conventions = {
  legacy: { experimentalDecorators: true, emitDecoratorMetadata: true },
  standard: { experimentalDecorators: false, emitDecoratorMetadata: false },
} as const;

export type Convention = keyof typeof conventions;

/** What the package exports, types as well. */
export const publicNames: readonly string[] = exportsOf('lib/index.ts');

/** The block as a module of a user's, with imports in front of it of what it speaks of and neither imports nor defines. */
export function moduleOf({ code }: CodeBlock): string {
  const around = Object.keys(surroundings).filter((name) => !isDefined(name, code));
  const imports = [importOf(around, './surroundings.js', code)];
  if (!code.includes(" from 'traced-agents'")) imports.push(importOf(publicNames, 'traced-agents', code));
  return `${imports.join(' ')} ${code}\n`; // one line, so that errors tell the block's own
}

function isDefined(name: string, code: string): boolean {
  return new RegExp(`\\b(?:const|class|let) (?:{ )?${name}\\b`).test(code);
}

function importOf(names: readonly string[], from: string, code: string): string {
  const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(code));
  return `import { ${used.join(', ')} } from '${from}';`;
}

/** What a ledger names. */
function exportsOf(path: string): string[] {
  const { statements } = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022);
  const clauses = statements.filter(ts.isExportDeclaration).map(({ exportClause }) => exportClause);
  return clauses.flatMap((clause) =>
    clause !== undefined && ts.isNamedExports(clause) ? clause.elements.map(({ name }) => name.text) : [],
  );
}
