import { AttributeKey, SpanType } from '../../entities/attributes.js';
import type { Span } from '../../entities/span.js';

/** What a span is called on the screen: a word for its type, which may be missing, and a name. Not escaped. */
export interface SpanLabel {
  readonly word: string;
  readonly name: string;
}

const wordless: ReadonlySet<string> = new Set([SpanType.agent, SpanType.unknown]);
const chats: ReadonlySet<string> = new Set([SpanType.llm, SpanType.chatModel]);

/** `chat gpt-4o-mini` for an LLM call, `tool get_weather`, `retriever docs`; agents have their name alone. */
export function spanLabel(span: Span): SpanLabel {
  const { type, name } = span;
  if (chats.has(type)) return { word: 'chat', name: modelOf(span) ?? name };
  return { word: wordless.has(type) ? '' : type.toLowerCase().replaceAll('_', ' '), name };
}

function modelOf(span: Span): string | undefined {
  const model = span.getAttribute(AttributeKey.model);
  return typeof model === 'string' && model !== '' ? model : undefined;
}
