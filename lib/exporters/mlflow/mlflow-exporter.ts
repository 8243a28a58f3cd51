import type { Trace } from '../../entities/trace.js';
import { holdProcess } from '../../utils/hold-process.js';
import { anyText, text } from '../../utils/value-kinds.js';
import { checkOptions, type OptionKinds } from '../check-options.js';
import { checkQuery } from '../check-query.js';
import type { ExportContext, TraceExporter, TraceQuery, TraceReader } from '../exporter.js';
import { longestRetryAfterMs } from './connection.js';
import { nameOf, readDestination } from './destination.js';
import type { MlflowTransport } from './mlflow-transport.js';
import type { MlflowDestination } from './way.js';

/** Options of `MlflowExporter`. */
export interface MlflowExporterOptions {
  /** What `stats()` and messages call it: another name where `init` gets several of its kind. @default 'mlflow' */
  readonly name?: string;
  /** `http(s)://...`, `databricks` or `databricks://profile` (`MLFLOW_TRACKING_URI`). */
  readonly trackingUri?: string;
  /** The experiment's name, in Databricks its path; made if there is none (`MLFLOW_EXPERIMENT_NAME`). @default 'Default'; none in Databricks */
  readonly experiment?: string;
  /** The id of an experiment that exists (`MLFLOW_EXPERIMENT_ID`); comes before the name. */
  readonly experimentId?: string;
  /** The run that traces belong to (`MLFLOW_RUN_ID`). @default none */
  readonly runId?: string;
}

/** What each may hold is for those to say who read them, together with the environment. */
const kinds: OptionKinds<MlflowExporterOptions> = {
  name: text,
  trackingUri: anyText,
  experiment: anyText,
  experimentId: anyText,
  runId: anyText,
};

/**
 * Sends traces to an MLflow tracking server, many in a request. Address, credentials, retries and the experiment are read from the
 * environment where no option gives them, and mean what they mean in Python. What it sends with is loaded with the first trace.
 *
 * A trace that the server refuses is reported, and does not keep back others. Its errors are `MlflowError`s.
 *
 * @example
 * ```ts
 * init({ exporters: [new MlflowExporter({ trackingUri: 'http://127.0.0.1:5000', experiment: 'agents' })] });
 * ```
 */
export class MlflowExporter implements TraceExporter, TraceReader {
  readonly name: string;
  /** Three requests' worth: while two are under way, one waits for the first of them to end. */
  readonly maxBatch = 80;
  /** Where its traces wait on disk, and who else may deliver them. */
  readonly destination: string;
  /** Room for one try of MLFLOW_HTTP_REQUEST_TIMEOUT, and for one wait that the server asks for. */
  readonly exportTimeoutMs: number;
  readonly #destination: MlflowDestination;
  #transport: Promise<MlflowTransport> | undefined;

  /** @throws {ConfigurationError} for options it does not know, and for an address, credentials or a number that cannot be used. */
  constructor(options: MlflowExporterOptions = {}) {
    checkOptions('MlflowExporter', options, kinds);
    this.name = options.name ?? 'mlflow';
    this.#destination = readDestination(options, process.env);
    this.destination = nameOf(this.#destination);
    this.exportTimeoutMs = this.#destination.connection.retry.timeoutMs + longestRetryAfterMs;
  }

  /**
   * Settles when the server has acknowledged all traces.
   *
   * @throws {RejectedTracesError} when the server refused some; the others have arrived.
   */
  async export(traces: readonly Trace[], { signal, isBackground = false, onRetry }: ExportContext): Promise<void> {
    if (traces.length === 0) return;
    const sending = this.#load().then((transport) => transport.send(traces, signal, onRetry));
    await (isBackground ? sending : holdProcess(sending));
  }

  /** @throws {MlflowError} when the server does not answer within 30 seconds, with all tries, or does not allow it. */
  async getTrace(traceId: string): Promise<Trace | undefined> {
    return await holdProcess(this.#load().then((transport) => transport.getTrace(traceId)));
  }

  /**
   * Those of the exporter's own experiment.
   *
   * @throws {MlflowError} when the server does not give one of its answers within 30 seconds, with all tries, or does not allow it.
   */
  async searchTraces(query: TraceQuery): Promise<readonly Trace[]> {
    checkQuery(query);
    return await holdProcess(this.#load().then((transport) => transport.searchTraces(query)));
  }

  #load(): Promise<MlflowTransport> {
    this.#transport ??= import('./on-demand.js').then((module) => new module.MlflowTransport(this.#destination));
    return this.#transport;
  }
}
