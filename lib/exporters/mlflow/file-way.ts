import { TraceKey } from '../../entities/attributes.js';
import { costToJson } from '../../entities/cost.js';
import { tokenUsageToJson } from '../../entities/token-usage-json.js';
import type { Trace } from '../../entities/trace.js';
import { spansToJson } from '../../entities/trace-line.js';
import { sumCost } from '../../usage/sum-cost.js';
import { sumTokenUsage } from '../../usage/sum-token-usage.js';
import { topmostValues } from '../../usage/topmost-values.js';
import { mapInChunks } from '../../utils/map-in-chunks.js';
import { MlflowError } from './mlflow-errors.js';
import { startTrace, traceInfoJson } from './start-trace.js';
import { readTraceInfo, type TraceInfoJson } from './trace-info-json.js';
import type { TraceServer } from './trace-server.js';
import { isAboutContent, type Refusal, type Target } from './way.js';

/** Sends each trace's summary, then its spans as a file: for servers that take no spans into their database. */
export async function sendAsFiles(
  server: TraceServer,
  traces: readonly Trace[],
  target: Target,
): Promise<readonly Refusal[]> {
  return (await mapInChunks(traces, (trace) => sendTrace(server, trace, target))).flat();
}

async function sendTrace(server: TraceServer, trace: Trace, target: Target): Promise<readonly Refusal[]> {
  try {
    const info = await start(server, traceInfoJson(trace, target, metadataOf(trace, target)), target.signal);
    await server.files.write(info, spansToJson(trace), target.signal);
    return [];
  } catch (error) {
    if (!isAboutContent(error)) throw error;
    return [{ trace, error }];
  }
}

/** A server that keeps its summaries in files, too, fails on one that it has: all that trace may lack is its spans. */
async function start({ http }: TraceServer, info: TraceInfoJson, signal: AbortSignal): Promise<TraceInfoJson> {
  try {
    return await startTrace(http, { info, isRepeatable: false, signal });
  } catch (error) {
    const hasFailed = error instanceof MlflowError && (error.status === undefined || error.status >= 500);
    const known = hasFailed ? await readTraceInfo(http, String(info['trace_id']), signal) : undefined;
    return known ?? (await startTrace(http, { info, signal }));
  }
}

/** What a server with a database works out by itself is worked out here. */
function metadataOf({ info, data }: Trace, { runId }: Target): Readonly<Record<string, string>> {
  const usages = topmostValues(data.spans, ({ tokenUsage }) => tokenUsage);
  const cost = sumCost(topmostValues(data.spans, (span) => span.cost));
  return {
    ...(usages.length === 0 ? {} : { [TraceKey.tokenUsage]: tokenUsageToJson(sumTokenUsage(usages)) }),
    ...(cost === undefined ? {} : { [TraceKey.cost]: costToJson(cost) }),
    ...info.metadata,
    ...(runId === undefined ? {} : { [TraceKey.run]: runId }),
  };
}
