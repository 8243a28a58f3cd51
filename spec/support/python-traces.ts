import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Span } from '../../lib/entities/span.js';
import type { TokenUsage } from '../../lib/entities/token-usage.js';
import { tokenUsageToJson } from '../../lib/entities/token-usage-json.js';
import type { Trace } from '../../lib/entities/trace.js';
import { findMlflow } from './python.js';

const mlflow = findMlflow();

/** A trace in the words of both sides. */
export interface Described {
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly spans: readonly DescribedSpan[];
  readonly [fact: string]: unknown;
}

export interface DescribedSpan {
  readonly spanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly (readonly [traceId: string, spanId: string, attributes: unknown])[];
  readonly [fact: string]: unknown;
}

/** What Python makes of lines of a trace file, or of what a server has under ids, in one process. */
export function readByMlflow(lines: readonly string[], trackingUri?: string): readonly Described[] {
  if ('skip' in mlflow) throw new Error(mlflow.skip);
  const script = fileURLToPath(new URL('read-by-mlflow.py', import.meta.url));
  const output = execFileSync(
    mlflow.python,
    ['-W', 'ignore', script, ...(trackingUri === undefined ? [] : [trackingUri])],
    {
      input: lines.map((line) => `${line}\n`).join(''),
      encoding: 'utf8',
      maxBuffer: 1e9,
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: 120_000,
      env: { ...process.env, MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' },
    },
  );
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Described);
}

/** What the script says, said of our entities. */
export function described({ info, data }: Trace): Described {
  return {
    traceId: info.traceId,
    state: info.state,
    requestTimeMs: info.requestTime.getTime(),
    executionDurationMs: info.executionDurationMs,
    requestPreview: info.requestPreview ?? null,
    responsePreview: info.responsePreview ?? null,
    tags: info.tags,
    metadata: info.metadata,
    tokenUsage: inMlflowsWords(info.tokenUsage),
    spans: data.spans.map(describedSpan),
  };
}

function describedSpan(span: Span): DescribedSpan {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentId: span.parentId ?? null,
    name: span.name,
    type: span.type,
    status: [span.status.code, span.status.message],
    startTimeNs: String(span.startTimeNs),
    endTimeNs: String(span.endTimeNs),
    inputs: span.inputs ?? null,
    outputs: span.outputs ?? null,
    tokenUsage: inMlflowsWords(span.tokenUsage),
    events: span.events.map(({ name, timeNs, attributes }) => [name, String(timeNs), attributes]),
    links: span.links.map(({ traceId, spanId, attributes }) => [traceId, spanId, attributes] as const),
    attributes: span.attributes,
  };
}

function inMlflowsWords(usage: TokenUsage | undefined): unknown {
  return usage === undefined ? null : JSON.parse(tokenUsageToJson(usage));
}
