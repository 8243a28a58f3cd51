import { byProperties } from '../utils/by-properties.js';
import { errorLine } from '../utils/error-line.js';
import { readProperty } from '../utils/read-property.js';
import { isRecord } from '../utils/records.js';
import { shown } from '../utils/value-kinds.js';
import { compareTimes } from './call-tree.js';
import type { Conversation, Failure, Message, ToolCall, Turn } from './conversation.js';

type Participants = ReadonlyMap<string | undefined, string>;

interface Line {
  readonly timeNs: bigint;
  readonly text: string;
}

const maxTextLength = 60;

/**
 * A conversation as the text of a Mermaid sequence diagram: messages are arrows, tool calls arrows of an agent to itself, errors
 * end in a cross or stand in a note. Texts are cut to 60 characters.
 *
 * @throws {TypeError} for what is no conversation, such as a trace.
 * @example
 * ```ts
 * console.log(toMermaid(conversationOf(trace)));
 * ```
 */
export function toMermaid(conversation: Conversation): string {
  if (!Array.isArray(readProperty(conversation, 'messages'))) {
    const given = shown(conversation);
    throw new TypeError(`toMermaid() takes a Conversation, as conversationOf(trace) returns it, but got ${given}.`);
  }
  const { turns, messages, failures } = conversation;
  const participants = participantsOf(messages, turns, failures);
  const failureOf = new Map(failures.map((failure) => [failure.spanId, failure]));
  const lines: Line[] = messages.map((message) => ({ timeNs: message.timeNs, text: arrow(message, participants) }));
  const drawn = new Set<string>();
  for (const { agent, tools } of turns) {
    for (const tool of tools) {
      const failure = failureOf.get(tool.spanId);
      drawn.add(tool.spanId);
      lines.push({ timeNs: tool.startTimeNs, text: selfArrow(tool, failure, participants.get(agent)) });
    }
  }
  for (const failure of failures) {
    if (!drawn.has(failure.spanId)) lines.push({ timeNs: failure.timeNs, text: note(failure, participants) });
  }
  lines.sort((left, right) => compareTimes(left.timeNs, right.timeNs));
  const declared = [...participants].map(([agent, id]) => `participant ${id} as ${label(agent ?? 'outside')}`);
  return ['sequenceDiagram', ...[...declared, ...lines.map(({ text }) => text)].map((line) => `  ${line}`), ''].join(
    '\n',
  );
}

/** Names could be any text, so they stand beside ids of our own. An agent that failed before it spoke is in no message. */
function participantsOf(
  messages: readonly Message[],
  turns: readonly Turn[],
  failures: readonly Failure[],
): Participants {
  const ids = new Map<string | undefined, string>();
  const add = (agent: string | undefined) => {
    if (!ids.has(agent)) ids.set(agent, `p${ids.size}`);
  };
  for (const { from, to } of messages) {
    add(from);
    add(to);
  }
  for (const { agent } of [...turns, ...failures]) add(agent);
  return ids;
}

function arrow({ from, to, content }: Message, participants: Participants): string {
  return `${participants.get(from)}->>${participants.get(to)}: ${label(textOf(content))}`;
}

function selfArrow({ name, hasFailed }: ToolCall, failure: Failure | undefined, id: string | undefined): string {
  const text = failure === undefined ? name : `${name}: ${errorLine(failure.type, failure.message)}`;
  return `${id}${hasFailed ? '-x' : '->>'}${id}: ${label(text)}`;
}

function note(failure: Failure, participants: Participants): string {
  return `Note over ${participants.get(failure.agent)}: ${label(`✗ ${errorLine(failure.type, failure.message)}`)}`;
}

/** What one would read of a message: its content, the tools it asks for, or all of it. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!isRecord(content)) return JSON.stringify(content) ?? '';
  if (typeof content['content'] === 'string') return content['content'];
  const inner = innerMessage(content);
  if (inner !== undefined) return textOf(inner);
  const called = Array.isArray(content['tool_calls']) ? content['tool_calls'].flatMap(toolName) : [];
  if (called.length > 0) return `calls ${called.join(', ')}`;
  const values = Object.values(content);
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : JSON.stringify(content);
}

/** AutoGen wraps what was said: a list of which the last is the newest, or one answer. */
function innerMessage({ messages, chat_message: answer }: Record<string, unknown>): unknown {
  return Array.isArray(messages) ? messages.at(-1) : answer;
}

function toolName(call: unknown): string | readonly [] {
  if (!isRecord(call)) return [];
  const named = isRecord(call['function']) ? call['function'] : call;
  return typeof named['name'] === 'string' ? named['name'] : [];
}

let made: RegExp | undefined;

function blanksAndControls(): RegExp {
  made ??= byProperties(String.raw`[\s\p{C}]+`);
  return made;
}

/** One line that Mermaid takes for text, whatever is in it. */
function label(text: string): string {
  const start = Array.from(
    text
      .slice(0, 4 * maxTextLength)
      .replace(blanksAndControls(), ' ')
      .trim(),
  );
  const cut = start.length > maxTextLength ? `${start.slice(0, maxTextLength - 1).join('')}…` : start.join('');
  return cut.replace(/["#;<>%${}@\\]|^n(?=owrap:)|^w(?=rap:)/gi, entity) || '…';
}

/** Mermaid's entities: a number sign and a code point. */
function entity(character: string): string {
  return `#${character.codePointAt(0)};`;
}
