import { MlflowExporter, type MlflowExporterOptions, type Trace } from 'traced-agents';
import { parseTraceJson } from '../../../lib/entities/parse-trace-json.js';
import { traceToLine } from '../../../lib/entities/trace-line.js';
import { runExporterContract } from '../exporter-contract.js';

/** A trace as its JSON says it. */
export interface PlainTrace {
  readonly info: { readonly trace_metadata: Readonly<Record<string, string>> };
}

/** What every exporter owes, by one that sends to a server; `kept` says what is left of a trace there. */
export function runMlflowContract(
  name: string,
  options: () => MlflowExporterOptions,
  kept: (json: PlainTrace) => unknown,
): void {
  runExporterContract(name, {
    create: () => {
      const exporter = new MlflowExporter(options());
      // A server sorts by the time at which a trace began, and those of the same time by their ids.
      const readBack = async () => [...(await exporter.searchTraces({}))].sort(byId);
      return { exporter, readBack };
    },
    // No server holds a NUL.
    kept: (trace) => kept(parseTraceJson(traceToLine(trace).replaceAll('\\u0000', '\\ufffd')) as PlainTrace),
    skip: [
      {
        reason: 'it holds nothing that could be closed, so that it serves again',
        cases: ['refuses traces after shutdown'],
      },
      {
        reason: 'it throws an MlflowError, which tells more, and of which the queue makes one',
        cases: ['fails with an ExportError'],
      },
    ],
  });
}

function byId(first: Trace, second: Trace): number {
  return first.info.traceId < second.info.traceId ? -1 : 1;
}
