import type { Trace } from '../../entities/trace.js';
import { RejectedTracesError } from '../../errors.js';
import type { ExportContext, TraceQuery } from '../exporter.js';
import { ExperimentLookup } from './experiment-lookup.js';
import { sendAsFiles } from './file-way.js';
import { sendByOtlp } from './otlp-way.js';
import { readTrace } from './read-traces.js';
import { searchStored } from './search-stored.js';
import { openServer, type TraceServer } from './trace-server.js';
import {
  faultOfPlace,
  isExperimentUnknown,
  isRouteMissing,
  type MlflowDestination,
  type Refusal,
  type Target,
} from './way.js';

/** What a specification may put in place of the real ones. */
export interface TransportTools {
  /** In ms. */
  readonly now: () => number;
  /** How long one answer to a question is waited for, in ms, with all tries. @default 30000 */
  readonly longestAnswerMs: number;
}

/** Whoever asks waits for the answer, and not as long as traces can wait: what is asked goes other ways than what is sent. */
interface Questions {
  readonly server: TraceServer;
  readonly experiment: ExperimentLookup;
}

/** Brings traces to a tracking server and back. Loaded when the first of them is due. */
export class MlflowTransport {
  readonly #server: TraceServer;
  readonly #destination: MlflowDestination;
  /** Until the server has shown that it does not; a workspace never does. */
  #takesOtlp: boolean;
  readonly #experiment: ExperimentLookup;
  readonly #questions: Questions;
  /** Of the call that is under way: there is one at a time. */
  #onRetry: ExportContext['onRetry'];

  constructor(destination: MlflowDestination, tools: Partial<TransportTools> = {}) {
    const { now = () => performance.now(), longestAnswerMs = 30_000 } = tools;
    const connection = { ...destination.connection, isBackground: true };
    this.#destination = destination;
    this.#server = openServer({ ...connection, onRetry: (cause) => this.#onRetry?.(cause) });
    this.#experiment = new ExperimentLookup(this.#server.http, destination.choice, now);
    const server = openServer({ ...connection, retry: { ...connection.retry, allTriesMs: longestAnswerMs } });
    this.#questions = { server, experiment: new ExperimentLookup(server.http, destination.choice, now) };
    this.#takesOtlp = destination.connection.isWorkspace !== true;
  }

  /**
   * Settles when the server has acknowledged all traces.
   *
   * @throws {RejectedTracesError} when the server refused some; the others have arrived.
   */
  async send(traces: readonly Trace[], signal: AbortSignal, onRetry?: ExportContext['onRetry']): Promise<void> {
    this.#onRetry = onRetry;
    const refused = await this.#sendToExperiment(traces, signal);
    const [first] = refused;
    if (first === undefined) return;
    const ids = refused.map(({ trace }) => trace.info.traceId);
    const message = `${first.error.message} It refuses ${ids.join(', ')}.`;
    const reasons = refused.map(({ error }) => error.message);
    throw new RejectedTracesError(ids, message, { cause: first.error, reasons });
  }

  getTrace(traceId: string): Promise<Trace | undefined> {
    return readTrace(this.#questions.server, traceId);
  }

  async searchTraces(query: TraceQuery): Promise<readonly Trace[]> {
    const { server, experiment } = this.#questions;
    return await searchStored(server, await experiment.id(), query);
  }

  /** On a server that was set up anew the experiment of the name has another id. */
  async #sendToExperiment(traces: readonly Trace[], signal: AbortSignal): Promise<readonly Refusal[]> {
    try {
      return await this.#sendOnce(traces, signal);
    } catch (error) {
      this.#experiment.forget();
      if (!isExperimentUnknown(error)) throw error;
      return await this.#sendOnce(traces, signal);
    }
  }

  async #sendOnce(traces: readonly Trace[], signal: AbortSignal): Promise<readonly Refusal[]> {
    const { connection, runId } = this.#destination;
    const previewLength = connection.isWorkspace === true ? 10_000 : 1000;
    const experimentId = await this.#experiment.id(signal);
    const refused = await this.#deliver(traces, { experimentId, runId, previewLength, signal });
    const fault = faultOfPlace(refused, traces.length);
    if (fault !== undefined) throw fault;
    return refused;
  }

  /** What the server has shown once is not asked again. */
  async #deliver(traces: readonly Trace[], target: Target): Promise<readonly Refusal[]> {
    if (this.#takesOtlp) {
      try {
        return await sendByOtlp(this.#server.http, traces, target);
      } catch (error) {
        if (!isRouteMissing(error)) throw error;
      }
    }
    const refused = await sendAsFiles(this.#server, traces, target);
    this.#takesOtlp = false;
    return refused;
  }
}
