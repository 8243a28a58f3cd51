import { SpanType } from '../entities/attributes.js';
import type { ConversationRules } from '../tracing/span-definition.js';
import { isName } from './agent-names.js';
import { defineSpan, type SpanOptions } from './define-span.js';
import type { Callable } from './method-decorator.js';
import {
  type AgentMethodOptions,
  checkTwinOptions,
  type LLMOptions,
  type ToolOptions,
  type TwinName,
} from './options.js';
import { traceCallable } from './trace-callable.js';

/**
 * `@TracedTool` for a function: returns one that does the same and makes a TOOL span of each call.
 *
 * @throws {TypeError} when it is not given a function.
 * @example
 * ```ts
 * const add = traceTool((a: number, b: number) => a + b, { name: 'add' });
 * ```
 */
export function traceTool<Fn extends Callable>(
  fn: Fn,
  options: ToolOptions<Parameters<Fn>, Awaited<ReturnType<Fn>>> = {},
): Fn {
  return traceFunction(fn, 'traceTool', { type: SpanType.tool, options });
}

/**
 * `@TracedLLM` for a function: returns one that does the same and makes an LLM span of each call, with its token usage.
 *
 * @throws {TypeError} when it is not given a function.
 * @example
 * ```ts
 * const complete = traceLLM((prompt: string) => openai.responses.create({ model: 'gpt-4o-mini', input: prompt }), {
 *   name: 'complete',
 * });
 * ```
 */
export function traceLLM<Fn extends Callable>(
  fn: Fn,
  options: LLMOptions<Parameters<Fn>, Awaited<ReturnType<Fn>>> = {},
): Fn {
  return traceFunction(fn, 'traceLLM', { type: SpanType.llm, options, isModelCall: true });
}

/**
 * `@TracedAgent` for a function: returns one that does the same and makes an AGENT span of each call.
 *
 * @throws {TypeError} when it is not given a function.
 * @example
 * ```ts
 * const planner = traceAgent(async (goal: string) => [`think about ${goal}`], { name: 'planner' });
 * ```
 */
export function traceAgent<Fn extends Callable>(
  fn: Fn,
  options: AgentMethodOptions<Parameters<Fn>, Awaited<ReturnType<Fn>>> = {},
): Fn {
  return traceFunction(fn, 'traceAgent', { type: SpanType.agent, options, entry: 'explicit' });
}

interface FunctionKind {
  readonly type: SpanType;
  readonly options: SpanOptions;
  readonly isModelCall?: boolean;
  readonly entry?: 'explicit';
  readonly conversation?: ConversationRules;
}

/** What the twins of the decorators have in common. */
export function traceFunction<Fn extends Callable>(fn: Fn, twin: TwinName, kind: FunctionKind): Fn {
  if (typeof fn !== 'function')
    throw new TypeError(`${twin}() wraps a function, but got ${fn === null ? 'null' : typeof fn}.`);
  checkTwinOptions(twin, kind.options);
  const own: unknown = fn.name; // it may have been given one that is no text
  const functionName = isName(own) ? own : (kind.options.name ?? 'anonymous');
  const agent = kind.options.name ?? functionName;
  const naming = kind.entry === undefined ? {} : { nameOf: () => ({ name: agent, agent }) };
  // A key of its own: two functions are never the same method.
  const definition = defineSpan(fn, { ...kind, ...naming, functionName, key: Symbol(functionName) });
  return traceCallable(fn, definition) as Fn; // it has the face of fn
}
