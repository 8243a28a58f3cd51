import { TextDecoder } from 'node:util';
import { ownCount, ownField } from '../own-fields.js';
import { addCounts } from '../sum-token-usage.js';
import { type UsageCounts, usageCounts } from '../usage-counts.js';

/** The body of a Llama model invoked on Bedrock, or one chunk of its stream (the prompt is counted in the first alone). */
export function readLlama(body: object): UsageCounts {
  return usageCounts({
    input: ownCount(body, 'prompt_token_count'),
    output: ownCount(body, 'generation_token_count'),
  });
}

/** The same of a Titan model. */
export function readTitan(body: object): UsageCounts {
  return usageCounts({
    input: ownCount(body, 'inputTextTokenCount'),
    output: ownCount(body, 'totalOutputTextTokenCount') ?? titanOutput(body),
  });
}

/** What Bedrock itself counted; it comes with the last chunk of any model's stream. */
export function readBedrockMetrics(metrics: object): UsageCounts {
  return usageCounts({
    input: ownCount(metrics, 'inputTokenCount'),
    output: ownCount(metrics, 'outputTokenCount'),
    cacheRead: ownCount(metrics, 'cacheReadInputTokenCount'),
    cacheWrite: ownCount(metrics, 'cacheWriteInputTokenCount'),
    isCacheOutsideInput: true,
    mode: 'fallback',
  });
}

/**
 * The JSON in the bytes of `InvokeModelResponse.body` or of a stream's chunk. `undefined` if they are none, speak of no
 * usage, or are more than 1 MiB: parsing them would cost the caller more than the counts are worth.
 */
export function bodyInBytes(bytes: object): object | undefined {
  if (!ArrayBuffer.isView(bytes) || bytes.byteLength > maxBodyBytes) return undefined;
  const text = new TextDecoder().decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (!/usage|token_?count/i.test(text)) return undefined;
  const body: unknown = JSON.parse(text);
  return typeof body === 'object' && body !== null ? body : undefined;
}

function titanOutput(body: object): number | undefined {
  const results = ownField(body, 'results');
  if (!Array.isArray(results)) return undefined;
  let sum: number | undefined;
  for (const result of results.slice(0, maxResults)) {
    const count = typeof result === 'object' && result !== null ? ownCount(result, 'tokenCount') : undefined;
    if (count !== undefined) sum = addCounts(sum ?? 0, count);
  }
  return sum;
}

const maxBodyBytes = 1_048_576;
const maxResults = 100;
