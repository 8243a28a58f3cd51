import type { TokenUsage } from '../entities/token-usage.js';
import type { Budget, CallFacts } from '../tracing/span-definition.js';
import { faultOfOptions, type KnownOptions } from '../utils/fault-of-options.js';
import { isCount } from '../utils/is-count.js';
import { anyText, callback, choice, flag, names, text, type ValueKind } from '../utils/value-kinds.js';
import type { Anything } from './method-decorator.js';

/** What every decorator and its functional twin takes. `Args` and `Output` are worked out from the callbacks' own types. */
export interface TracedOptions<Args extends readonly unknown[] = Anything[], Output = Anything> {
  /** The span's name. @default the method's name */
  readonly name?: string;
  /**
   * More attributes for the span, asked for when the call is over. A failure of the callback is told to `onError`; the call
   * goes on. For a stream `result` is the array of its chunks.
   */
  readonly attributes?: (facts: CallFacts<Args, Output>) => Readonly<Record<string, unknown>> | undefined;
  /** Whether the arguments are kept. @default true */
  readonly captureInputs?: boolean;
  /** Whether the result is kept. @default true */
  readonly captureOutputs?: boolean;
  /**
   * Arguments that are never kept, by the names of their parameters (in the source or in `argNames`) or by their positions,
   * from 0: `[redacted]` stands in their place. The name of a key hides the destructured argument it is taken from, that of a
   * rest parameter all its values. A name that is none of these (in minified code, of a bound function) hides all arguments:
   * better none than the wrong ones.
   * @default none
   */
  readonly sensitive?: readonly (string | number)[];
  /** The names of the arguments, for minified code or destructured parameters. @default read from the source, else `arg0`, `arg1` ... */
  readonly argNames?: readonly string[];
  /**
   * How messages are written in this span and in those within it that do not say otherwise: `ag2`, `autogen`, `openai`,
   * `anthropic`, `gemini` ... MLflow's pages choose by it how they show a chat.
   * @default that of the span around it, else not recorded
   */
  readonly messageFormat?: string;
}

/** Options of `@TracedTool` and `traceTool`. */
export type ToolOptions<Args extends readonly unknown[] = Anything[], Output = Anything> = TracedOptions<Args, Output>;

/** Options of `@TracedLLM` and `traceLLM`. */
export interface LLMOptions<Args extends readonly unknown[] = Anything[], Output = Anything>
  extends TracedOptions<Args, Output> {
  /** The model's name, as price lists know it. @default the `model` field of the answer */
  readonly model?: string;
  /** Who serves the model: `openai`, `anthropic`, `gemini`, `bedrock` ... @default not recorded */
  readonly provider?: string;
  /**
   * Reads the tokens out of the result (for a stream: out of the array of its chunks).
   * @default every shape that `readTokenUsage` knows
   */
  readonly usage?: (result: Output) => Partial<TokenUsage> | undefined;
}

/** Options of `@TracedAgent` on a method, and of `traceAgent`. */
export interface AgentMethodOptions<Args extends readonly unknown[] = Anything[], Output = Anything>
  extends TracedOptions<Args, Output> {
  /**
   * What one call of the agent may use, with all that is done in it. Beyond it the next call of a model or a tool is refused with a
   * `BudgetExceededError`; the tightest of several around it counts. Holds while tracing is on. @default no limit
   */
  readonly budget?: Budget;
}

/** Options of `@TracedAgent`; `methods` and a `name` that is a function are for classes. */
export interface AgentOptions<Args extends readonly unknown[] = Anything[], Output = Anything>
  extends Omit<TracedOptions<Args, Output>, 'name'> {
  /**
   * On a class: the agent's name, or how to read it off an instance when a method is called.
   * On a method: the span's name.
   * @default the instance's field `name`, else the name of its class
   */
  readonly name?: string | ((self: Anything) => string);
  /**
   * The methods that are entries of the agent: their names, or a label for each (`{ onMessages: 'on_messages' }`), which stands
   * in the span's name. @default the decorated ones, else every public method of the class
   */
  readonly methods?: readonly string[] | Readonly<Record<string, string>>;
  /**
   * What one call that enters the agent may use, with all that is done in it; on a class, of each of its entries and conversations
   * that has none of its own. Beyond it the next call of a model or a tool is refused with a `BudgetExceededError`; the tightest of
   * several around it counts. Holds while tracing is on. @default no limit
   */
  readonly budget?: Budget;
}

type DecoratorName = 'TracedAgent' | 'TracedTool' | 'TracedLLM' | 'TracedConversation' | 'TracedMessage';

/** Most texts may be empty: what an environment did not set must not stop a program. */
const ofAll: KnownOptions = {
  name: text,
  attributes: callback,
  captureInputs: flag,
  captureOutputs: flag,
  sensitive: {
    wanted: 'an array of names or positions',
    accepts: (value) => Array.isArray(value) && value.every((item) => anyText.accepts(item) || isCount(item)),
  },
  argNames: names,
  messageFormat: anyText,
};

const budget: ValueKind = {
  wanted: 'an object of tokens, llmCalls, toolCalls or ms, each a number above 0',
  accepts: isBudget,
};

/** The options each decorator knows, for those who write JavaScript. */
const knownOptions: Readonly<Record<DecoratorName, KnownOptions>> = {
  TracedTool: ofAll,
  TracedLLM: { ...ofAll, model: anyText, provider: anyText, usage: callback },
  TracedAgent: {
    ...ofAll,
    name: { wanted: 'a text or a function', accepts: (value) => anyText.accepts(value) || callback.accepts(value) },
    methods: {
      wanted: 'an array of names or an object of labels',
      accepts: (value) => typeof value === 'object' && value !== null && Object.values(value).every(anyText.accepts),
    },
    budget,
  },
  TracedConversation: {
    ...ofAll,
    type: anyText,
    ignoreSenders: names,
    mode: choice(['sender', 'receiver']),
  },
  TracedMessage: { message: callback, sender: callback, valid: callback },
};

const twinOptions: Readonly<Record<TwinName, KnownOptions>> = {
  traceTool: knownOptions.TracedTool,
  traceLLM: knownOptions.TracedLLM,
  traceAgent: { ...ofAll, budget },
  traceConversation: knownOptions.TracedConversation,
};

/**
 * @throws {TypeError} for what the compiler refuses in TypeScript: a decorator without its parentheses, an unknown option, a
 * value of the wrong type.
 */
export function checkOptions(decorator: DecoratorName, args: readonly unknown[]): void {
  const [options] = args;
  if (args.length > 1 || typeof options === 'function') {
    throw new TypeError(`@${decorator} stands without its parentheses. Write @${decorator}() instead.`);
  }
  checkValues(`@${decorator}`, options, knownOptions[decorator]);
}

/** The same for the twins of the decorators: `traceTool(fn, options)`. */
export function checkTwinOptions(twin: TwinName, options: unknown): void {
  checkValues(`${twin}()`, options, twinOptions[twin]);
}

/** The functions that do for functions what the decorators do for methods. */
export type TwinName = 'traceTool' | 'traceLLM' | 'traceAgent' | 'traceConversation';

function checkValues(whose: string, options: unknown, known: KnownOptions): void {
  const fault = faultOfOptions({ whose }, options, known);
  if (fault !== undefined) throw new TypeError(fault);
}

const budgetKeys = ['tokens', 'llmCalls', 'toolCalls', 'ms'];

function isBudget(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(
    ([key, limit]) => budgetKeys.includes(key) && (limit === undefined || (typeof limit === 'number' && limit > 0)),
  );
}
