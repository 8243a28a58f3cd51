import type { TokenUsage } from '../entities/token-usage.js';
import type { Budget, CallFacts } from '../tracing/span-definition.js';
import { isCount } from '../utils/is-count.js';
import type { AnyArguments, Anything } from './method-decorator.js';

/** What every decorator and its functional twin takes. `Args` and `Output` are worked out from the callbacks' own types. */
export interface TracedOptions<Args extends readonly unknown[] = AnyArguments, Output = Anything> {
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
export type ToolOptions<Args extends readonly unknown[] = AnyArguments, Output = Anything> = TracedOptions<
  Args,
  Output
>;

/** Options of `@TracedLLM` and `traceLLM`. */
export interface LLMOptions<Args extends readonly unknown[] = AnyArguments, Output = Anything>
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
export interface AgentMethodOptions<Args extends readonly unknown[] = AnyArguments, Output = Anything>
  extends TracedOptions<Args, Output> {
  /**
   * What one call of the agent may use, with all that is done in it. Beyond it the next call of a model or a tool is refused with a
   * `BudgetExceededError`; the tightest of several around it counts. Holds while tracing is on. @default no limit
   */
  readonly budget?: Budget;
}

/** Options of `@TracedAgent`; `methods` and a `name` that is a function are for classes. */
export interface AgentOptions<Args extends readonly unknown[] = AnyArguments, Output = Anything>
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

const tracedKeys = ['name', 'attributes', 'captureInputs', 'captureOutputs', 'sensitive', 'argNames', 'messageFormat'];

/** The options each decorator knows, for those who write JavaScript. */
const knownOptions: Readonly<Record<DecoratorName, readonly string[]>> = {
  TracedTool: tracedKeys,
  TracedLLM: [...tracedKeys, 'model', 'provider', 'usage'],
  TracedAgent: [...tracedKeys, 'methods', 'budget'],
  TracedConversation: [...tracedKeys, 'type', 'ignoreSenders', 'mode'],
  TracedMessage: ['message', 'sender', 'valid'],
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

const twinOptions: Readonly<Record<TwinName, readonly string[]>> = {
  traceTool: knownOptions.TracedTool,
  traceLLM: knownOptions.TracedLLM,
  traceAgent: [...tracedKeys, 'budget'],
  traceConversation: knownOptions.TracedConversation,
};

/** The functions that do for functions what the decorators do for methods. */
export type TwinName = 'traceTool' | 'traceLLM' | 'traceAgent' | 'traceConversation';

function checkValues(whose: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${whose} takes an object of options, but got ${String(options)}.`);
  }
  for (const [key, value] of Object.entries(options)) {
    if (!known.includes(key)) throw new TypeError(`${whose} has no option '${key}'. It knows ${known.join(', ')}.`);
    const wanted = misfit(key, value);
    if (wanted !== undefined)
      throw new TypeError(`The option '${key}' of ${whose} must be ${wanted}, but is ${typeof value}.`);
  }
}

interface Requirement {
  readonly wanted: string;
  readonly isMet: (value: unknown) => boolean;
}

const aText: Requirement = { wanted: 'a string', isMet: (value) => typeof value === 'string' };
const aFunction: Requirement = { wanted: 'a function', isMet: (value) => typeof value === 'function' };
const aFlag: Requirement = { wanted: 'a boolean', isMet: (value) => typeof value === 'boolean' };
const names: Requirement = { wanted: 'an array of names', isMet: Array.isArray };

const requirements: Readonly<Record<string, Requirement>> = {
  name: { wanted: 'a string', isMet: (value) => aText.isMet(value) || aFunction.isMet(value) },
  model: aText,
  provider: aText,
  messageFormat: aText,
  attributes: aFunction,
  usage: aFunction,
  captureInputs: aFlag,
  captureOutputs: aFlag,
  sensitive: {
    wanted: 'an array of names or positions',
    isMet: (value) => Array.isArray(value) && value.every((item) => aText.isMet(item) || isCount(item)),
  },
  argNames: names,
  type: aText,
  ignoreSenders: names,
  mode: { wanted: "'sender' or 'receiver'", isMet: (value) => value === 'sender' || value === 'receiver' },
  message: aFunction,
  sender: aFunction,
  valid: aFunction,
  budget: {
    wanted: 'an object of tokens, llmCalls, toolCalls or ms, each a number above 0',
    isMet: isBudget,
  },
  methods: {
    wanted: 'an array of names or an object of labels',
    isMet: (value) => typeof value === 'object' && value !== null,
  },
};

const budgetKeys = ['tokens', 'llmCalls', 'toolCalls', 'ms'];

function isBudget(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(
    ([key, limit]) => budgetKeys.includes(key) && (limit === undefined || (typeof limit === 'number' && limit > 0)),
  );
}

/** What the option must be, if the value is not that. */
function misfit(key: string, value: unknown): string | undefined {
  const requirement = requirements[key];
  return value === undefined || requirement === undefined || requirement.isMet(value) ? undefined : requirement.wanted;
}
