import { parseJson } from '../utils/parse-json.js';
import { isRecord } from '../utils/records.js';

/** MLflow's columns hold so many code points. */
const maxLength = 1000;

/** Who speaks in a request, and who in a response. */
export type Speaker = 'user' | 'assistant';

interface Message {
  readonly role: unknown;
  readonly content: unknown;
}

/**
 * What a list of traces shows of a request or a response, which is JSON: of a chat the words that this speaker said last, else the JSON
 * itself, cut. The rules are MLflow's: a server makes the same of the same span.
 */
export function previewOf(json: string, speaker: Speaker, length: number = maxLength): string {
  return cutPreview((mayBeChat(json) && lastWords(parseJson(json), speaker)) || json, length);
}

/** A preview that somebody else has made: of the length that a list shows. */
export function cutPreview(text: string, length: number = maxLength): string {
  if (text.length <= length || endOf(text, length) >= text.length) return text;
  return `${text.slice(0, endOf(text, length - 3))}...`;
}

/**
 * Every message has a role. Nearly no text has to be parsed: it lies on the way of every trace into a file. The quote before the name
 * would say no more, but is looked for at each of the text's quotes, which takes ten times as long.
 */
function mayBeChat(json: string): boolean {
  return json[0] === '{' && json.includes('role":');
}

function lastWords(value: unknown, speaker: Speaker): string | undefined {
  const messages = messagesIn(value);
  const message = messages.findLast(({ role }) => role === speaker) ?? messages.at(-1);
  return message === undefined ? undefined : wordsOf(message);
}

/** In the forms of chats and of responses, as OpenAI's interfaces ask and answer; `request` holds what a served agent was asked. */
function messagesIn(value: unknown): readonly Message[] {
  if (!isRecord(value)) return [];
  const { messages, choices, input, output, request } = value;
  if (isFilled(messages)) return messages.filter(isMessage);
  const [choice] = isFilled(choices) ? choices : [];
  const answer = isRecord(choice) ? choice['message'] : undefined;
  if (isMessage(answer)) return [answer];
  if (isFilled(input)) return input.filter(isMessage);
  return isFilled(output) ? output.filter(isMessage) : messagesIn(request);
}

/** Of content in parts, the first that is text. */
function wordsOf({ content }: Message): string | undefined {
  const words = Array.isArray(content) ? wordsOfPart(content.find((part) => wordsOfPart(part) !== undefined)) : content;
  return typeof words === 'string' ? words : undefined;
}

/** `undefined` for what is no text: an image, a tool call. */
function wordsOfPart(part: unknown): unknown {
  if (!isRecord(part)) return typeof part === 'string' ? part : undefined;
  return part['type'] === 'text' || part['type'] === 'output_text' ? part['text'] : undefined;
}

function isFilled(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}

function isMessage(value: unknown): value is Message {
  return isRecord(value) && 'role' in value && 'content' in value;
}

/** Where so many code points end. */
function endOf(text: string, codePoints: number): number {
  let end = 0;
  for (let count = 0; count < codePoints && end < text.length; count += 1) {
    end += Number(text.codePointAt(end)) > 0xffff ? 2 : 1;
  }
  return end;
}
