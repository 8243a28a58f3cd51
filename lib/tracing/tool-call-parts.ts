import { ownField } from '../usage/own-fields.js';
import { parseJson } from '../utils/parse-json.js';
import { isRecord } from '../utils/records.js';

/** What a model's answer, or a chunk of one, says of a tool call: all of it, how it begins, or what follows. */
export interface ToolCallPart {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** The arguments, where they are whole. */
  readonly args?: unknown;
  /** The next piece of the arguments' JSON. */
  readonly piece?: string | undefined;
  /** Which of the answer's calls it is, in a chunk. */
  readonly index?: unknown;
}

/** The tool calls in what a model answered: a whole answer, or a chunk of one. Calls no accessor, and never throws. */
export function toolCallsIn(answer: unknown): readonly ToolCallPart[] {
  try {
    return partsOf(answer);
  } catch {
    return none; // a proxy may throw at any question, even whether it is an array
  }
}

function partsOf(answer: unknown): readonly ToolCallPart[] {
  if (!isRecord(answer)) return none;
  let found: readonly ToolCallPart[] = none;
  // It sits on the path of every chunk: nothing is looked at unless its name is that of a place.
  for (const key in answer) {
    const read = places.get(key);
    if (read !== undefined) found = joined(found, read(ownField(answer, key), answer));
  }
  return found;
}

/** Nearly always both are empty, and nothing is made. */
function joined(found: readonly ToolCallPart[], more: readonly ToolCallPart[]): readonly ToolCallPart[] {
  if (more.length === 0) return found;
  return found.length === 0 ? more : [...found, ...more];
}

/** What is said of calls in each item of a list. */
function inEach(held: unknown, read: (item: unknown) => readonly ToolCallPart[]): readonly ToolCallPart[] {
  let found: readonly ToolCallPart[] = none;
  for (const item of listOf(held)) found = joined(found, read(item));
  return found;
}

const none: readonly never[] = [];

/** Where OpenAI's chat and responses, Anthropic and Gemini put them, in an answer or in a chunk. */
const places: ReadonlyMap<string, (held: unknown, holder: object) => readonly ToolCallPart[]> = new Map([
  ['choices', (held: unknown) => inEach(held, callsOfChoice)],
  ['output', (held: unknown) => inEach(held, responsesCall)],
  ['item', responsesCall],
  ['content', (held: unknown) => inEach(held, anthropicCall)],
  ['content_block', anthropicStart],
  ['delta', anthropicPiece],
  ['candidates', (held: unknown) => inEach(held, callsOfCandidate)],
]);

function callsOfChoice(choice: unknown): readonly ToolCallPart[] {
  const message = fieldOf(choice, 'message');
  return message == null
    ? inEach(fieldOf(fieldOf(choice, 'delta'), 'tool_calls'), openAiPiece)
    : inEach(fieldOf(message, 'tool_calls'), openAiCall);
}

function callsOfCandidate(candidate: unknown): readonly ToolCallPart[] {
  const parts = fieldOf(fieldOf(candidate, 'content'), 'parts');
  return inEach(parts, (part) => geminiCall(fieldOf(part, 'functionCall')));
}

function openAiCall(call: unknown): readonly ToolCallPart[] {
  const id = fieldOf(call, 'id');
  const fn = fieldOf(call, 'function');
  if (fn !== undefined) return wholeCall(id, fieldOf(fn, 'name'), parsed(fieldOf(fn, 'arguments')));
  const custom = fieldOf(call, 'custom'); // such a tool takes a text
  return wholeCall(id, fieldOf(custom, 'name'), fieldOf(custom, 'input'));
}

function openAiPiece(call: unknown): readonly ToolCallPart[] {
  const fn = fieldOf(call, 'function') ?? fieldOf(call, 'custom');
  const id = textIn(fieldOf(call, 'id'));
  return [
    { id, name: textIn(fieldOf(fn, 'name')), piece: textIn(fieldOf(fn, 'arguments')), index: fieldOf(call, 'index') },
  ];
}

function responsesCall(item: unknown): readonly ToolCallPart[] {
  if (fieldOf(item, 'type') !== 'function_call') return none;
  return wholeCall(fieldOf(item, 'call_id'), fieldOf(item, 'name'), parsed(fieldOf(item, 'arguments')));
}

/** AutoGen's clients write calls without a type. */
function anthropicCall(block: unknown): readonly ToolCallPart[] {
  const args = fieldOf(block, 'type') === 'tool_use' ? fieldOf(block, 'input') : parsed(fieldOf(block, 'arguments'));
  return args === undefined ? none : wholeCall(fieldOf(block, 'id'), fieldOf(block, 'name'), args);
}

/** It begins with no arguments; the pieces follow. */
function anthropicStart(block: unknown, chunk: object): readonly ToolCallPart[] {
  const input = fieldOf(block, 'input');
  const args = isRecord(input) && Object.keys(input).length > 0 ? input : undefined;
  return wholeCall(fieldOf(block, 'id'), fieldOf(block, 'name'), args).map((call) => ({
    ...call,
    index: ownField(chunk, 'index'),
  }));
}

function anthropicPiece(delta: unknown, chunk: object): readonly ToolCallPart[] {
  const piece = textIn(fieldOf(delta, 'partial_json'));
  return piece === undefined ? none : [{ piece, index: ownField(chunk, 'index') }];
}

function geminiCall(call: unknown): readonly ToolCallPart[] {
  return wholeCall(fieldOf(call, 'id'), fieldOf(call, 'name'), fieldOf(call, 'args'));
}

function wholeCall(id: unknown, name: unknown, args: unknown): readonly ToolCallPart[] {
  return typeof id === 'string' && typeof name === 'string' ? [{ id, name, args }] : none;
}

function parsed(args: unknown): unknown {
  return typeof args === 'string' ? parseJson(args) : args;
}

/** A text, unless it is empty, as some providers write those that are not there. */
function textIn(held: unknown): string | undefined {
  return typeof held === 'string' && held !== '' ? held : undefined;
}

function listOf(held: unknown): readonly unknown[] {
  return Array.isArray(held) ? held : [];
}

function fieldOf(holder: unknown, key: string): unknown {
  return isRecord(holder) ? ownField(holder, key) : undefined;
}
