import { AttributeKey } from '../entities/attributes.js';
import { LineWriter } from '../entities/line-writer.js';
import type { TokenUsage } from '../entities/token-usage.js';
import { tokenUsageToJson } from '../entities/token-usage-json.js';
import { inOnePiece } from '../utils/in-one-piece.js';
import { attributeTextsOf, headOf, infoOf } from './freeze-trace.js';
import type { LiveTrace } from './live-trace.js';
import type { RecordingSpan } from './recording-span.js';
import type { SpanDefinition } from './span-definition.js';
import { spansOf } from './span-list.js';

/**
 * What `traceToLine` makes of the frozen trace, without the entities in between: a program that keeps its traces in a file alone
 * never asks for them. A spec proves that both agree.
 */
export function liveToLine(live: LiveTrace): string {
  const spans = spansOf(live);
  const info = infoOf(live, spans);
  const writer = new LineWriter(info, spans.length);
  for (const span of spans) writer.add(headOf(span, info.traceId), attributesOf(span, writer));
  return writer.line();
}

const inputsKey = nextKey(AttributeKey.inputs);
const outputsKey = nextKey(AttributeKey.outputs);
const messageFormatKey = nextKey(AttributeKey.messageFormat);
const tokenUsageKey = nextKey(AttributeKey.tokenUsage);
const reasoningTokensKey = nextKey(AttributeKey.reasoningTokens);
const unfinishedPair = inOnePiece(nextKey(AttributeKey.unfinished), '"true"');

function nextKey(key: string): string {
  return inOnePiece(',"', key, '":');
}

/** In the order in which the entity has them, but for keys that are whole numbers: objects begin with those. Without the closing brace. */
function attributesOf(span: RecordingSpan, writer: LineWriter): string {
  const { definition, inputs, outputs, messageFormatText, usage, attributes } = span;
  const fixed = fixedTexts.get(definition) ?? fixTexts(definition);
  if (attributes !== undefined && saysAnew(attributes, fixed.keys)) {
    return writer.attributes(attributeTextsOf(span, writer.traceIdText));
  }
  let json = writer.traceIdAttribute;
  json += inputs === undefined ? fixed.start : fixed.startAndInputsKey + writer.text(inputs);
  if (outputs !== undefined) json += outputsKey + writer.text(outputs);
  json += fixed.constants;
  if (messageFormatText !== undefined) json += messageFormatKey + JSON.stringify(messageFormatText);
  if (usage !== undefined) json += usagePairs(usage);
  if (!span.hasEnded) json += unfinishedPair;
  if (attributes !== undefined) for (const [key, text] of attributes) json += writer.nextAttribute(key, text);
  return json;
}

function usagePairs(usage: TokenUsage): string {
  const { reasoningTokens } = usage;
  const pair = tokenUsageKey + JSON.stringify(tokenUsageToJson(usage));
  return reasoningTokens === undefined ? pair : `${pair}${reasoningTokensKey}"${reasoningTokens}"`;
}

/** What stands in each span of one definition, as it is written. */
interface FixedTexts {
  /** After the trace's id. */
  readonly start: string;
  /** The same, up to the inputs. */
  readonly startAndInputsKey: string;
  /** After inputs and outputs. */
  readonly constants: string;
  /** The keys that may stand before the span's own attributes. */
  readonly keys: ReadonlySet<string>;
}

const fixedTexts = new WeakMap<SpanDefinition, FixedTexts>();

function fixTexts(definition: SpanDefinition): FixedTexts {
  const { typeText, functionNameText, constants } = definition;
  const start: [string, string][] = [[AttributeKey.spanType, typeText]];
  if (functionNameText !== undefined) start.push([AttributeKey.functionName, functionNameText]);
  const startText = pairsOf(start);
  const texts = {
    start: startText,
    startAndInputsKey: inOnePiece(startText, inputsKey),
    constants: pairsOf(constants),
    keys: new Set([...usualKeys, ...constants.map(([key]) => key)]),
  };
  fixedTexts.set(definition, texts);
  return texts;
}

function pairsOf(attributes: SpanDefinition['constants']): string {
  return attributes.map(([key, text]) => `,${JSON.stringify(key)}:${JSON.stringify(text)}`).join('');
}

const usualKeys = [
  AttributeKey.traceRequestId,
  AttributeKey.spanType,
  AttributeKey.functionName,
  AttributeKey.inputs,
  AttributeKey.outputs,
  AttributeKey.messageFormat,
  AttributeKey.tokenUsage,
  AttributeKey.reasoningTokens,
  AttributeKey.unfinished,
];

/** Who sets an attribute that is there already means another value in the same place. */
function saysAnew(attributes: ReadonlyMap<string, string>, keys: ReadonlySet<string>): boolean {
  for (const key of attributes.keys()) if (keys.has(key)) return true;
  return false;
}
