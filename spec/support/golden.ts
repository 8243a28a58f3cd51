import { readFileSync } from 'node:fs';
import { type Span, Trace, type TraceInfo } from 'traced-agents';

/** A trace that Python's MLflow recorded. */
export function goldenTrace(name: string): Trace {
  return Trace.fromJSON(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8'));
}

/** What a model was first asked. */
export function firstRequestIn<Request>({ data }: Trace): Request {
  const span = data.spans.find(({ type }) => type === 'LLM');
  if (span === undefined) throw new Error('The trace has no call of a model.');
  return span.inputs as Request;
}

/** The same with the ids of tool calls counted in the order in which they appear: each side makes its own. */
export function numberCalls<Value>(value: Value): Value {
  const numbers = new Map<string, string>();
  const text = JSON.stringify(value).replace(/"call_\w{3,}"(?!:)/g, (id) => {
    const number = numbers.get(id) ?? `"call ${numbers.size + 1}"`;
    numbers.set(id, number);
    return number;
  });
  return JSON.parse(text) as Value;
}

/** What Python counts, without what only we do. */
export function tokensOf({ tokenUsage }: Pick<Span | TraceInfo, 'tokenUsage'>): readonly unknown[] {
  return [tokenUsage?.inputTokens, tokenUsage?.outputTokens, tokenUsage?.totalTokens];
}
