import { AttributeKey, SpanType } from '../entities/attributes.js';
import { parseJson } from '../utils/parse-json.js';
import type { SpanDefinition } from './span-definition.js';

/** JSON texts by key. */
type Texts = ReadonlyMap<string, string>;

/** What is asked of a span, and told to it. */
interface NativeSpan {
  readonly definition: SpanDefinition;
  readonly trace: { readonly payloadLeft: number; charge(text: string): string };
  inputs: string | undefined;
  outputs: string | undefined;
  setAttributeText(key: string, text: string): void;
}

// Where the AI SDK, the GenAI conventions and OpenInference write it: the first that is there counts.
const inputKeys = [
  ...['ai.prompt', 'ai.toolCall.args', 'ai.value', 'ai.values'],
  ...['gen_ai.input.messages', 'gen_ai.tool.call.arguments', 'input.value'],
];
const outputKeys = [
  ...['ai.response.object', 'ai.response.text', 'ai.response.toolCalls', 'ai.toolCall.result'],
  ...['ai.embedding', 'ai.embeddings', 'gen_ai.output.messages', 'gen_ai.tool.call.result', 'output.value'],
];
const modelKeys = [
  'gen_ai.response.model',
  'ai.response.model',
  'gen_ai.request.model',
  'ai.model.id',
  'llm.model_name',
];

/** The AI SDK's calls of a model write a key for each part of the prompt and of the answer. MLflow shows them as chats. */
const promptPrefix = 'ai.prompt.';
const answerPrefix = 'ai.response.';
const aiSdkFormat = JSON.stringify('vercel_ai');

/** What a library wrote into its span's attributes stands in the span's own places as well, as MLflow's server does it. */
export function noteNativeContent(span: NativeSpan, attributes: Texts): void {
  const { definition } = span;
  const isAiSdkChat = definition.isModelCall && attributes.has('ai.prompt.messages');
  span.outputs ??= affordable(
    span,
    isAiSdkChat ? partsUnder(answerPrefix, attributes) : firstOf(outputKeys, attributes),
  );
  const inputs = isAiSdkChat ? partsUnder(promptPrefix, attributes) : firstOf(inputKeys, attributes);
  span.inputs ??= affordable(span, inputs);
  if (isAiSdkChat && !attributes.has(AttributeKey.messageFormat))
    span.setAttributeText(AttributeKey.messageFormat, aiSdkFormat);
  const callId = attributes.get('ai.toolCall.id');
  if (callId !== undefined) span.setAttributeText(AttributeKey.toolCallId, callId);
  if (!definition.isModelCall && definition.type !== SpanType.embedding) return;
  const model = modelKeys.map((key) => attributes.get(key)).find((text) => text !== undefined);
  if (model !== undefined && !attributes.has(AttributeKey.model)) span.setAttributeText(AttributeKey.model, model);
}

/** It stands there twice, so it counts twice. */
function affordable({ trace }: NativeSpan, text: string | undefined): string | undefined {
  return text === undefined || text.length > trace.payloadLeft ? undefined : trace.charge(text);
}

function firstOf(keys: readonly string[], attributes: Texts): string | undefined {
  for (const key of keys) {
    const text = attributes.get(key);
    if (text !== undefined && text !== '""') return jsonWithin(text);
  }
  return undefined;
}

function partsUnder(prefix: string, attributes: Texts): string {
  const parts: string[] = [];
  for (const [key, text] of attributes) {
    if (key.startsWith(prefix)) parts.push(`${JSON.stringify(key.slice(prefix.length))}:${jsonWithin(text)}`);
  }
  return `{${parts.join(',')}}`;
}

/** Attributes hold structures as JSON in texts, or in lists of texts. */
function jsonWithin(text: string): string {
  const value = parseJson(text);
  if (Array.isArray(value)) return `[${value.map((item) => jsonWithin(JSON.stringify(item))).join(',')}]`;
  return typeof value === 'string' && /^[{["]/.test(value) && parseJson(value) !== undefined ? value : text;
}
