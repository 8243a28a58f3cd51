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

/** What is held in a wrapper is looked through for itself alone: it may hold the wrapper. */
function partsOf(answer: unknown, isHeld = false): readonly ToolCallPart[] {
  if (!isRecord(answer)) return none;
  let found: readonly ToolCallPart[] = none;
  // It sits on the path of every chunk: nothing is looked at unless its name is that of a place.
  for (const key in answer) {
    const read = places.get(key);
    if (read !== undefined) found = joined(found, read(ownField(answer, key), answer, isHeld));
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

type PlaceRead = (held: unknown, holder: object, isHeld: boolean) => readonly ToolCallPart[];

/** Where models' answers, or chunks of them, have their calls. The SDKs of some providers write names in camelCase. */
const places: ReadonlyMap<string, PlaceRead> = new Map<string, PlaceRead>([
  ['choices', (held: unknown) => inEach(held, callsOfChoice)],
  ['output', callsOfOutput],
  ['item', responsesCall],
  ['message', callsOfMessage],
  ['content', (held: unknown) => inEach(held, callOfBlock)],
  ['content_block', anthropicStart],
  ['contentBlockStart', converseStart],
  ['contentBlockDelta', conversePiece],
  ['delta', callsOfDelta],
  ['candidates', (held: unknown) => inEach(held, callsOfCandidate)],
  ['tool_calls', langChainCalls],
  ['tool_call_chunks', (held: unknown) => inEach(held, pieceOf)],
  ['data', callsInside],
  ['raw', callsInside],
  ['messages', callsOfUpdate],
]);

/** The names of those places. */
export const callPlaces: Iterable<string> = [...places.keys()];

function callsOfChoice(choice: unknown): readonly ToolCallPart[] {
  const message = fieldOf(choice, 'message');
  return message == null ? inEach(toolCallsOf(fieldOf(choice, 'delta')), pieceOf) : callsOfMessage(message);
}

/** A list of items in OpenAI's responses, a message in Bedrock's Converse. */
function callsOfOutput(output: unknown): readonly ToolCallPart[] {
  return Array.isArray(output) ? inEach(output, responsesCall) : callsOfMessage(fieldOf(output, 'message'));
}

function callsOfMessage(message: unknown): readonly ToolCallPart[] {
  return joined(inEach(toolCallsOf(message), callIn), inEach(fieldOf(message, 'content'), callOfBlock));
}

function toolCallsOf(message: unknown): unknown {
  return fieldOf(message, 'tool_calls') ?? fieldOf(message, 'toolCalls');
}

function callsOfCandidate(candidate: unknown): readonly ToolCallPart[] {
  const parts = fieldOf(fieldOf(candidate, 'content'), 'parts');
  return inEach(parts, (part) => geminiCall(fieldOf(part, 'functionCall')));
}

/** A call as OpenAI's chat has it, or LangChain. */
function callIn(call: unknown): readonly ToolCallPart[] {
  const id = fieldOf(call, 'id');
  const fn = fieldOf(call, 'function');
  if (fn !== undefined) return wholeCall(id, fieldOf(fn, 'name'), parsed(fieldOf(fn, 'arguments')));
  const custom = fieldOf(call, 'custom'); // such a tool takes a text
  if (custom !== undefined) return wholeCall(id, fieldOf(custom, 'name'), fieldOf(custom, 'input'));
  return wholeCall(id, fieldOf(call, 'name'), fieldOf(call, 'args'));
}

/** What LangChain's chunks have parsed so far is not the whole: their pieces tell. */
function langChainCalls(calls: unknown, message: object): readonly ToolCallPart[] {
  return listOf(ownField(message, 'tool_call_chunks')).length > 0 ? none : inEach(calls, callIn);
}

/** What a node of LangGraph adds to the messages. */
function callsOfUpdate(messages: unknown, holder: object, isHeld: boolean): readonly ToolCallPart[] {
  const added = listOf(messages);
  return added.length === 1 ? callsInside(added[0], holder, isHeld) : none;
}

function callsInside(held: unknown, _holder: object, isHeld: boolean): readonly ToolCallPart[] {
  return isHeld ? none : partsOf(held, true);
}

/** A piece of a call as OpenAI's chat has it, or LangChain; `index` is that of the chunk, where it has the index. */
function pieceOf(call: unknown, index = fieldOf(call, 'index')): readonly ToolCallPart[] {
  const fn = fieldOf(call, 'function') ?? fieldOf(call, 'custom') ?? call;
  const args = fieldOf(fn, 'arguments') ?? fieldOf(fn, 'args');
  const id = textIn(fieldOf(call, 'id'));
  const name = textIn(fieldOf(fn, 'name'));
  return [isRecord(args) ? { id, name, args } : { id, name, piece: textIn(args), index }];
}

function responsesCall(item: unknown): readonly ToolCallPart[] {
  if (fieldOf(item, 'type') !== 'function_call') return none;
  const id = fieldOf(item, 'call_id') ?? fieldOf(item, 'callId');
  return wholeCall(id, fieldOf(item, 'name'), parsed(fieldOf(item, 'arguments')));
}

/** A block of Anthropic's or Converse's content. AutoGen's clients write calls without a type. */
function callOfBlock(block: unknown): readonly ToolCallPart[] {
  const use = fieldOf(block, 'toolUse');
  if (use !== undefined) return wholeCall(fieldOf(use, 'toolUseId'), fieldOf(use, 'name'), fieldOf(use, 'input'));
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

/** Anthropic's pieces, and Cohere's: one call, where others have a list. */
function callsOfDelta(delta: unknown, chunk: object): readonly ToolCallPart[] {
  const call = toolCallsOf(fieldOf(delta, 'message'));
  if (isRecord(call)) return pieceOf(call, ownField(chunk, 'index'));
  const piece = textIn(fieldOf(delta, 'partial_json'));
  return piece === undefined ? none : [{ piece, index: ownField(chunk, 'index') }];
}

function converseStart(event: unknown): readonly ToolCallPart[] {
  const use = fieldOf(fieldOf(event, 'start'), 'toolUse');
  const index = fieldOf(event, 'contentBlockIndex');
  return wholeCall(fieldOf(use, 'toolUseId'), fieldOf(use, 'name'), undefined).map((call) => ({ ...call, index }));
}

function conversePiece(event: unknown): readonly ToolCallPart[] {
  const piece = textIn(fieldOf(fieldOf(fieldOf(event, 'delta'), 'toolUse'), 'input'));
  return piece === undefined ? none : [{ piece, index: fieldOf(event, 'contentBlockIndex') }];
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
  return Array.isArray(held) ? held : none;
}

function fieldOf(holder: unknown, key: string): unknown {
  return isRecord(holder) ? ownField(holder, key) : undefined;
}
