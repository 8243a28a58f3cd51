import { types } from 'node:util';
import { ownField, ownObject } from '../usage/own-fields.js';

/**
 * The id of the call that a tool answers, where whoever calls the tool tells it beside the arguments: the AI SDK and Mastra as
 * `toolCallId`, LangChain and the OpenAI Agents SDK in a `toolCall`, the runner of Anthropic's SDK in a `toolUse`.
 */
export function toldCallId(args: ArrayLike<unknown>): string | undefined {
  for (let index = 1; index < args.length && index <= lastPlace; index += 1) {
    const id = idIn(args[index]);
    if (id !== undefined) return id;
  }
  return undefined;
}

const lastPlace = 2;

function idIn(options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null || types.isProxy(options)) return undefined;
  const call = ownObject(options, 'toolCall', 'toolUse');
  const id = call === undefined ? ownField(options, 'toolCallId') : idOf(call);
  return typeof id === 'string' ? id : undefined;
}

/** The `id` of the OpenAI Agents SDK is that of the item, not of the call. */
function idOf(call: object): unknown {
  return types.isProxy(call) ? undefined : (ownField(call, 'callId') ?? ownField(call, 'id'));
}
