import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Trace } from '../../entities/trace.js';
import { RejectedTracesError } from '../../errors.js';
import type { TraceQuery } from '../exporter.js';
import type { MlflowConnection } from './connection.js';
import { chooseExperiment, type ExperimentChoice } from './experiments.js';
import { type MlflowError, MlflowRequestError, MlflowTooLargeError } from './mlflow-errors.js';
import { MlflowHttp } from './mlflow-http.js';
import { otlpJson } from './otlp-json.js';
import { readTrace } from './read-traces.js';
import { searchStored } from './search-stored.js';
import { needsTraceInfo, startTrace } from './start-trace.js';
import { traceLength } from './trace-length.js';

/** Where traces go. */
export interface MlflowDestination {
  readonly connection: MlflowConnection;
  readonly choice: ExperimentChoice;
  readonly runId: string | undefined;
}

/** Of one request. */
const maxSpans = 500;
const maxLength = 4 * 1024 * 1024;

const zip = promisify(gzip);

/** Brings traces to a tracking server and back. Loaded when the first of them is due. */
export class MlflowTransport {
  readonly #http: MlflowHttp;
  readonly #destination: MlflowDestination;
  #experiment: Promise<string> | undefined;

  constructor(destination: MlflowDestination) {
    this.#destination = destination;
    this.#http = new MlflowHttp(destination.connection);
  }

  /**
   * Settles when the server has acknowledged all traces.
   *
   * @throws {RejectedTracesError} when the server refused some; the others have arrived.
   */
  async send(traces: readonly Trace[], signal: AbortSignal): Promise<void> {
    const target = { experimentId: await this.#experimentId(), signal };
    const refused: Refusal[] = [];
    for (const batch of batchesOf(traces)) refused.push(...(await this.#sendBatch(batch, target)));
    const [first] = refused;
    if (first === undefined) return;
    const ids = refused.map(({ trace }) => trace.info.traceId);
    throw new RejectedTracesError(ids, `${first.error.message} It refuses ${ids.join(', ')}.`, { cause: first.error });
  }

  getTrace(traceId: string): Promise<Trace | undefined> {
    return readTrace(this.#http, traceId);
  }

  async searchTraces(query: TraceQuery): Promise<readonly Trace[]> {
    return await searchStored(this.#http, await this.#experimentId(), query);
  }

  /** Looked up once; where that failed, again with the next batch. */
  #experimentId(): Promise<string> {
    this.#experiment ??= chooseExperiment(this.#http, this.#destination.choice).catch((error: unknown) => {
      this.#experiment = undefined;
      throw error;
    });
    return this.#experiment;
  }

  /** One trace that the server cannot take makes it refuse the request: it is found by halving. */
  async #sendBatch(traces: readonly Trace[], target: Target): Promise<readonly Refusal[]> {
    try {
      await this.#sendSpans(traces, target);
    } catch (error) {
      if (!isAboutContent(error)) throw error;
      const [only] = traces;
      if (traces.length === 1 && only !== undefined) return [{ trace: only, error }];
      const middle = Math.ceil(traces.length / 2);
      const left = await this.#sendBatch(traces.slice(0, middle), target);
      return [...left, ...(await this.#sendBatch(traces.slice(middle), target))];
    }
    return this.#sendInfos(traces, target);
  }

  async #sendSpans(traces: readonly Trace[], { experimentId, signal }: Target): Promise<void> {
    const bytes = await zip(otlpJson(traces));
    const { runId } = this.#destination;
    await this.#http.send({
      method: 'POST',
      path: '/v1/traces',
      body: { bytes, headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' } },
      headers: { 'x-mlflow-experiment-id': experimentId, ...(runId === undefined ? {} : { 'x-mlflow-run-id': runId }) },
      signal,
    });
  }

  async #sendInfos(traces: readonly Trace[], target: Target): Promise<readonly Refusal[]> {
    const refused: Refusal[] = [];
    for (const trace of traces.filter(needsTraceInfo)) {
      try {
        await startTrace(this.#http, trace, target);
      } catch (error) {
        if (!isAboutContent(error)) throw error;
        refused.push({ trace, error });
      }
    }
    return refused;
  }
}

interface Target {
  readonly experimentId: string;
  readonly signal: AbortSignal;
}

interface Refusal {
  readonly trace: Trace;
  readonly error: MlflowError;
}

/** Whether the server refuses what it was sent, and not who sent it or when. */
function isAboutContent(error: unknown): error is MlflowError {
  return error instanceof MlflowRequestError || error instanceof MlflowTooLargeError;
}

function batchesOf(traces: readonly Trace[]): readonly (readonly Trace[])[] {
  const batches: Trace[][] = [];
  let [spans, length] = [0, 0];
  for (const trace of traces) {
    const own = { spans: trace.data.spans.length, length: traceLength(trace) };
    const last = batches.at(-1);
    if (last !== undefined && spans + own.spans <= maxSpans && length + own.length <= maxLength) {
      last.push(trace);
      spans += own.spans;
      length += own.length;
    } else {
      batches.push([trace]);
      ({ spans, length } = own);
    }
  }
  return batches;
}
