import { AttributeKey } from '../../entities/attributes.js';
import { parseJson } from '../../utils/parse-json.js';
import { isRecord } from '../../utils/records.js';
import { quoted, valueOfFact, valueOfText } from './otlp-values.js';
import { serverTags } from './server-tags.js';
import { maxMetadataLength } from './storable.js';

/** An attribute's JSON text as OTLP's value; `undefined` for what must not be sent. */
type Writer = (json: string) => string | undefined;

/** Under keys that begin so the root of a trace carries its tags. */
export const tagPrefix = 'mlflow.traceTag.';

/** Attributes that have columns of their own. */
const columns = [AttributeKey.spanType, AttributeKey.model, AttributeKey.provider];
const maxColumnLength = 500;

/** Of any span, it is the session of a trace that has none: one that is too long makes the server refuse the request. */
const sessions = ['session.id', 'gen_ai.conversation.id'];

/** Under which others say what a span is. The server looks each up: a structure makes it refuse the request. */
const kinds = [
  'ai.operationId',
  'entity.type',
  'gen_ai.operation.name',
  'langfuse.observation.type',
  'lmnr.span.type',
  'openinference.span.kind',
  'span.type',
  'traceloop.span.kind',
];

/** How attributes are written that a server makes something of; all others as what they mean. */
const writers: ReadonlyMap<string, Writer> = new Map<string, Writer>([
  [AttributeKey.traceRequestId, () => undefined], // the server gives each span its own
  ...Array.from(serverTags, (tag) => [tagPrefix + tag, () => undefined] as const), // without its own the trace is lost
  [AttributeKey.inputs, valueOfText],
  [AttributeKey.outputs, valueOfText],
  [AttributeKey.cost, (json) => (isSummable(json) ? valueOfText(json) : undefined)],
  ...columns.map((key) => [key, (json: string) => valueOfFact(json, maxColumnLength)] as const),
  ...sessions.map((key) => [key, (json: string) => valueOfFact(json, maxMetadataLength)] as const),
  ...kinds.map((key) => [key, valueOfKind] as const),
]);

/** An attribute's JSON text as OTLP's value; `undefined` for what must not be sent. */
export function attributeValue(key: string, json: string): string | undefined {
  const write = writers.get(key);
  return write === undefined ? valueOfFact(json) : write(json);
}

/** What the server sums up, a text in place of a number makes it refuse the request. */
function isSummable(json: string): boolean {
  const cost = parseJson(json);
  if (!isRecord(cost)) return false;
  const { input_cost: input, output_cost: output, total_cost: total } = cost;
  return [input, output, total].every((part) => part === undefined || typeof part === 'number');
}

/** A structure as the text that it is in JSON. */
function valueOfKind(json: string): string {
  return /^[{[]/.test(json) ? valueOfText(quoted(json)) : valueOfFact(json);
}
