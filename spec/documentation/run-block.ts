import { createRequire } from 'node:module';
import * as api from 'traced-agents';
import ts from 'typescript';
import type { CodeBlock } from './code-block.js';
import * as surroundings from './surroundings.js';
import { type Convention, conventions, moduleOf } from './user-module.js';

const require = createRequire(import.meta.url);
const silent = { log: () => undefined, error: () => undefined };

/** Runs a block as the module it is; what it prints is not seen. */
export async function runBlock(block: CodeBlock, convention: Convention): Promise<void> {
  // Its imports become calls of a function that is handed to it, and it may await, as a module may.
  const compilerOptions = {
    ...conventions[convention],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
  };
  const { outputText } = ts.transpileModule(moduleOf(block), { compilerOptions });
  const AsyncFunction = (async () => undefined).constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<void>;
  await new AsyncFunction('require', 'exports', 'console', outputText)(load, {}, silent);
}

function load(name: string): unknown {
  if (name === 'traced-agents') return api;
  return name === './surroundings.js' ? surroundings : require(name);
}
