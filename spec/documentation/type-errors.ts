import { resolve } from 'node:path';
import ts from 'typescript';
import type { CodeBlock } from './code-block.js';
import { type Convention, conventions, moduleOf } from './user-module.js';

/** A user's project: as strict as this one, but for what is a matter of style. */
const { options } = ts.parseJsonConfigFileContent(
  {
    extends: './tsconfig.json',
    compilerOptions: { verbatimModuleSyntax: false, erasableSyntaxOnly: false },
    files: [],
  },
  ts.sys,
  process.cwd(),
);

/** What the compiler says against each block; they are the modules of one program, which sees the sources of the package. */
export function typeErrors(blocks: readonly CodeBlock[], convention: Convention): string[] {
  const modules = new Map(
    blocks.map((block, index) => [resolve(import.meta.dirname, `block-${index}.ts`), moduleOf(block)]),
  );
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => modules.has(path) || fileExists(path);
  host.readFile = (path) => modules.get(path) ?? readFile(path);
  const program = ts.createProgram([...modules.keys()], { ...options, ...conventions[convention] }, host);
  return [...modules.keys()].flatMap((path, index) =>
    errorsIn(program, path).map((error) => `${blocks[index]?.place}, ${error}`),
  );
}

function errorsIn(program: ts.Program, path: string): string[] {
  const file = program.getSourceFile(path);
  const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  return diagnostics.map(({ start = 0, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
    return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}
