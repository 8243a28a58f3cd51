import { ownField } from '../usage/own-fields.js';
import { parseJson } from '../utils/parse-json.js';
import { isRecord } from '../utils/records.js';

/** A call of a tool that a model has asked for. */
export interface AskedToolCall {
  readonly id: string;
  readonly name: string;
  /** `undefined` where the model is still speaking. */
  readonly args: unknown;
}

/** Calls that nobody has executed yet are forgotten past this number, the oldest first. */
const maxAsked = 100;

/** The tool calls that the models of a trace have asked for, until a tool is called that fits one. */
export class AskedToolCalls {
  #calls: AskedToolCall[] = [];

  add(calls: readonly AskedToolCall[]): void {
    this.#calls = [...this.#calls, ...calls].slice(-maxAsked);
  }

  /** The id of the call that a tool's call answers: by its name, and by its arguments where several fit. */
  take(name: string, inputs: string | undefined): string | undefined {
    const named = this.#calls.filter((call) => call.name === name);
    const call = (named.length > 1 ? named.find(({ args }) => isSame(args, inputs)) : undefined) ?? named[0];
    if (call === undefined) return undefined;
    this.#calls = this.#calls.filter((other) => other !== call);
    return call.id;
  }
}

/** Whether the arguments that the model wrote are those that the tool got, by value, whatever the tool calls them. */
function isSame(args: unknown, inputs: string | undefined): boolean {
  const got = inputs === undefined ? undefined : parseJson(inputs);
  return JSON.stringify(valuesOf(args)) === JSON.stringify(valuesOf(got));
}

function valuesOf(args: unknown): readonly unknown[] {
  if (!isRecord(args)) return [args];
  const values = Object.values(args);
  // A tool may take all of its arguments as one object.
  return values.length === 1 && isRecord(values[0]) ? Object.values(values[0]) : values;
}

/** The tool calls in what a model answered: a whole answer, or a chunk of one. Calls no accessor. */
export function toolCallsIn(answer: unknown): readonly AskedToolCall[] {
  const found: AskedToolCall[] = [];
  if (!isRecord(answer)) return found;
  // It sits on the path of every chunk: nothing is looked at unless its name is that of a place.
  for (const key in answer) {
    const read = places.get(key);
    if (read !== undefined) found.push(...read(ownField(answer, key)));
  }
  return found;
}

/** Where OpenAI's chat and responses, Anthropic and Gemini put them, in an answer or in a chunk. */
const places: ReadonlyMap<string, (held: unknown) => AskedToolCall[]> = new Map([
  ['choices', (held: unknown) => listOf(held).flatMap(callsOfChoice)],
  ['output', (held: unknown) => listOf(held).flatMap(responsesCall)],
  ['item', responsesCall],
  ['content', (held: unknown) => listOf(held).flatMap(anthropicCall)],
  ['content_block', anthropicCall],
  ['candidates', (held: unknown) => listOf(held).flatMap(callsOfCandidate)],
]);

function callsOfChoice(choice: unknown): AskedToolCall[] {
  const message = fieldOf(choice, 'message') ?? fieldOf(choice, 'delta');
  return listOf(fieldOf(message, 'tool_calls')).flatMap(openAiCall);
}

function callsOfCandidate(candidate: unknown): AskedToolCall[] {
  const parts = listOf(fieldOf(fieldOf(candidate, 'content'), 'parts'));
  return parts.flatMap((part) => geminiCall(fieldOf(part, 'functionCall')));
}

function openAiCall(call: unknown): AskedToolCall[] {
  const fn = fieldOf(call, 'function') ?? fieldOf(call, 'custom');
  return askedCall(fieldOf(call, 'id'), fieldOf(fn, 'name'), parsed(fieldOf(fn, 'arguments') ?? fieldOf(fn, 'input')));
}

function responsesCall(item: unknown): AskedToolCall[] {
  if (fieldOf(item, 'type') !== 'function_call') return [];
  return askedCall(fieldOf(item, 'call_id'), fieldOf(item, 'name'), parsed(fieldOf(item, 'arguments')));
}

/** AutoGen's clients write calls without a type. */
function anthropicCall(block: unknown): AskedToolCall[] {
  const args = fieldOf(block, 'type') === 'tool_use' ? fieldOf(block, 'input') : parsed(fieldOf(block, 'arguments'));
  return args === undefined ? [] : askedCall(fieldOf(block, 'id'), fieldOf(block, 'name'), args);
}

function geminiCall(call: unknown): AskedToolCall[] {
  return askedCall(fieldOf(call, 'id'), fieldOf(call, 'name'), fieldOf(call, 'args'));
}

function askedCall(id: unknown, name: unknown, args: unknown): AskedToolCall[] {
  return typeof id === 'string' && typeof name === 'string' ? [{ id, name, args }] : [];
}

function parsed(args: unknown): unknown {
  return typeof args === 'string' ? parseJson(args) : args;
}

function listOf(held: unknown): readonly unknown[] {
  return Array.isArray(held) ? held : [];
}

function fieldOf(holder: unknown, key: string): unknown {
  return isRecord(holder) ? ownField(holder, key) : undefined;
}
