import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Trace } from '../../entities/trace.js';
import { RejectedTracesError } from '../../errors.js';
import { checkQuery } from '../check-query.js';
import type { ExportContext, TraceExporter, TraceQuery, TraceReader } from '../exporter.js';
import { readConnection } from './connection.js';
import { chooseExperiment, type ExperimentChoice } from './experiments.js';
import { type MlflowError, MlflowRequestError, MlflowTooLargeError } from './mlflow-errors.js';
import { MlflowHttp } from './mlflow-http.js';
import { otlpJson } from './otlp-json.js';
import { readTrace } from './read-traces.js';
import { searchStored } from './search-stored.js';
import { needsTraceInfo, startTrace } from './start-trace.js';
import { traceLength } from './trace-length.js';

/** Options of `MlflowExporter`. */
export interface MlflowExporterOptions {
  /** `http(s)://...` (`MLFLOW_TRACKING_URI`). */
  readonly trackingUri?: string;
  /** The experiment's name; made if there is none (`MLFLOW_EXPERIMENT_NAME`). @default 'Default' */
  readonly experiment?: string;
  /** The id of an experiment that exists (`MLFLOW_EXPERIMENT_ID`); comes before the name. */
  readonly experimentId?: string;
  /** The run that traces belong to (`MLFLOW_RUN_ID`). @default none */
  readonly runId?: string;
}

/** Of one request. */
const maxSpans = 500;
const maxLength = 4 * 1024 * 1024;

const zip = promisify(gzip);

/**
 * Sends traces to an MLflow tracking server, many in a request. Address, credentials, TLS, retries and the experiment are read from
 * the environment where no option gives them, and mean what they mean in Python.
 *
 * A trace that the server refuses is reported, and does not keep back others. Its errors are `MlflowError`s.
 *
 * @example
 * ```ts
 * init({ exporters: [new MlflowExporter({ trackingUri: 'http://127.0.0.1:5000', experiment: 'agents' })] });
 * ```
 */
export class MlflowExporter implements TraceExporter, TraceReader {
  readonly name = 'mlflow';
  readonly #http: MlflowHttp;
  readonly #choice: ExperimentChoice;
  readonly #runId: string | undefined;
  #experiment: Promise<string> | undefined;

  /** @throws {ConfigurationError} for an address or a number that cannot be used. */
  constructor({ trackingUri, experiment, experimentId, runId }: MlflowExporterOptions = {}) {
    const { env } = process;
    this.#http = new MlflowHttp(readConnection({ trackingUri, environment: env, readCredentials }));
    const id = experimentId ?? (experiment === undefined ? env['MLFLOW_EXPERIMENT_ID'] : undefined);
    this.#choice = id ? { id } : { name: experiment ?? (env['MLFLOW_EXPERIMENT_NAME'] || 'Default') };
    this.#runId = runId ?? env['MLFLOW_RUN_ID'];
  }

  /**
   * Settles when the server has acknowledged all traces.
   *
   * @throws {RejectedTracesError} when the server refused some; the others have arrived.
   */
  async export(traces: readonly Trace[], { signal }: ExportContext): Promise<void> {
    const experimentId = await this.#experimentId();
    const refused: Refusal[] = [];
    for (const batch of batchesOf(traces)) refused.push(...(await this.#send(batch, { experimentId, signal })));
    const [first] = refused;
    if (first === undefined) return;
    const ids = refused.map(({ trace }) => trace.info.traceId);
    throw new RejectedTracesError(ids, `${first.error.message} It refuses ${ids.join(', ')}.`, { cause: first.error });
  }

  /** @throws {MlflowError} when the server does not answer, or does not allow it. */
  getTrace(traceId: string): Promise<Trace | undefined> {
    return readTrace(this.#http, traceId);
  }

  /**
   * Those of the exporter's own experiment.
   *
   * @throws {MlflowError} when the server does not answer, or does not allow it.
   */
  async searchTraces(query: TraceQuery): Promise<readonly Trace[]> {
    checkQuery(query);
    return await searchStored(this.#http, await this.#experimentId(), query);
  }

  /** Looked up once; where that failed, again with the next batch. */
  #experimentId(): Promise<string> {
    this.#experiment ??= chooseExperiment(this.#http, this.#choice).catch((error: unknown) => {
      this.#experiment = undefined;
      throw error;
    });
    return this.#experiment;
  }

  /** One trace that the server cannot take makes it refuse the request: it is found by halving. */
  async #send(traces: readonly Trace[], target: Target): Promise<readonly Refusal[]> {
    try {
      await this.#sendSpans(traces, target);
    } catch (error) {
      if (!isAboutContent(error)) throw error;
      const [only] = traces;
      if (traces.length === 1 && only !== undefined) return [{ trace: only, error }];
      const middle = Math.ceil(traces.length / 2);
      const left = await this.#send(traces.slice(0, middle), target);
      return [...left, ...(await this.#send(traces.slice(middle), target))];
    }
    return this.#sendInfos(traces, target);
  }

  async #sendSpans(traces: readonly Trace[], { experimentId, signal }: Target): Promise<void> {
    const bytes = await zip(otlpJson(traces));
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    await this.#http.send({
      method: 'POST',
      path: '/v1/traces',
      body: { bytes, headers },
      headers: {
        'x-mlflow-experiment-id': experimentId,
        ...(this.#runId ? { 'x-mlflow-run-id': this.#runId } : {}),
      },
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
    const last = batches.at(-1);
    spans += trace.data.spans.length;
    length += traceLength(trace);
    if (last === undefined || spans > maxSpans || length > maxLength) {
      batches.push([trace]);
      spans = trace.data.spans.length;
      length = traceLength(trace);
    } else last.push(trace);
  }
  return batches;
}

/** Where Python's MLflow keeps user and password. */
function readCredentials(): string | undefined {
  try {
    return readFileSync(join(homedir(), '.mlflow', 'credentials'), 'utf8');
  } catch {
    return undefined;
  }
}
