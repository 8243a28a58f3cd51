import type { Trace } from '../../entities/trace.js';
import type { TraceInfo } from '../../entities/trace-info.js';
import { anyText } from '../../utils/value-kinds.js';
import { checkOptions, type OptionKinds } from '../check-options.js';
import type { Assessment, AssessmentUpdate } from './assessments.js';
import type { Experiment } from './experiments.js';
import type { MlflowApi } from './mlflow-api.js';
import { openConnection } from './open-connection.js';
import { readCredentials } from './read-credentials.js';
import type { StoredAssessment } from './stored-assessments.js';
import type { TraceSearch } from './trace-filter.js';

/** Options of `MlflowClient`. */
export interface MlflowClientOptions {
  /** `http(s)://...`, `databricks` or `databricks://profile` (`MLFLOW_TRACKING_URI`). */
  readonly trackingUri?: string;
}

const kinds: OptionKinds<MlflowClientOptions> = { trackingUri: anyText };

/**
 * An MLflow tracking server's experiments and traces. Address and credentials are read as `MlflowExporter` reads them.
 *
 * @throws {MlflowError} every method: its subclass tells why the server could not or would not do it.
 * @example
 * ```ts
 * const mlflow = new MlflowClient({ trackingUri: 'http://127.0.0.1:5000' });
 * const search = { experimentIds: ['0'], filter: { state: 'ERROR', tags: { tenant: 'acme' } } } as const;
 * const readFailed = async () => {
 *   for await (const trace of mlflow.searchTraces(search)) console.log(trace.info.traceId);
 * };
 * ```
 */
export class MlflowClient {
  readonly #load: () => Promise<MlflowApi>;

  /** @throws {ConfigurationError} for options it does not know, and for an address or a number that cannot be used. */
  constructor(options: MlflowClientOptions = {}) {
    checkOptions('MlflowClient', options, kinds); // misspelt, another server would be asked: that of the environment
    const { trackingUri } = options;
    const connection = openConnection({ trackingUri, environment: process.env, readCredentials });
    let api: Promise<MlflowApi> | undefined;
    this.#load = () => {
      api ??= import('./on-demand.js').then((module) => new module.MlflowApi(connection));
      return api;
    };
  }

  /** `undefined` if there is none; deleted ones are found. */
  async getExperiment(experimentId: string): Promise<Experiment | undefined> {
    return (await this.#load()).getExperiment(experimentId);
  }

  /** `undefined` if there is none; deleted ones are found. */
  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    return (await this.#load()).getExperimentByName(name);
  }

  /** The id of the experiment with this name, which is made if there is none. Many may ask at once. */
  async ensureExperiment(name: string): Promise<string> {
    return (await this.#load()).ensureExperiment(name);
  }

  /** @returns its id. @throws {TypeError} for a tag that is no text. */
  async createExperiment(name: string, tags?: Readonly<Record<string, string>>): Promise<string> {
    return (await this.#load()).createExperiment(name, tags);
  }

  /** Makes a deleted experiment active again. */
  async restoreExperiment(experimentId: string): Promise<void> {
    return (await this.#load()).restoreExperiment(experimentId);
  }

  /** `undefined` if the server has no such trace. */
  async getTrace(traceId: string): Promise<Trace | undefined> {
    return (await this.#load()).getTrace(traceId);
  }

  /** What the server says of a trace, without its spans: one request. `undefined` if it has no such trace. */
  async getTraceInfo(traceId: string): Promise<TraceInfo | undefined> {
    return (await this.#load()).getTraceInfo(traceId);
  }

  /**
   * Page by page, as they are asked for; each trace once. What is deleted meanwhile, or meets the filter no more, makes a server skip
   * others: gather first what you want to change.
   *
   * @throws {TypeError} for conditions that there are not.
   */
  async *searchTraces(search: TraceSearch): AsyncGenerator<Trace, void, undefined> {
    yield* (await this.#load()).searchTraces(search);
  }

  /** As `searchTraces`, without the spans: one request a page, and none a trace. */
  async *searchTraceInfos(search: TraceSearch): AsyncGenerator<TraceInfo, void, undefined> {
    yield* (await this.#load()).searchTraceInfos(search);
  }

  /** @returns how many there were. */
  async deleteTraces(experimentId: string, traceIds: readonly string[]): Promise<number> {
    return (await this.#load()).deleteTraces(experimentId, traceIds);
  }

  /** @throws {TypeError} for a tag that is no text, and for one by which the server finds the trace's spans. */
  async setTag(traceId: string, key: string, value: string): Promise<void> {
    return (await this.#load()).setTag(traceId, key, value);
  }

  /** @throws {TypeError} for a tag by which the server finds the trace's spans. */
  async deleteTag(traceId: string, key: string): Promise<void> {
    return (await this.#load()).deleteTag(traceId, key);
  }

  /**
   * What is thought of a trace, whoever has logged it.
   *
   * @throws {MlflowNotFoundError} if the server has no such trace.
   * @example
   * ```ts
   * const forget = async (traceId: string) => {
   *   for (const { id, name } of await mlflow.listAssessments(traceId))
   *     if (name === 'draft') await mlflow.deleteAssessment(traceId, id);
   * };
   * ```
   */
  async listAssessments(traceId: string): Promise<readonly StoredAssessment[]> {
    return (await this.#load()).listAssessments(traceId);
  }

  /** @returns the id of the assessment. Asked twice, there are two. @throws {TypeError} for a value that JSON cannot hold, and for what is no assessment. */
  async logFeedback(traceId: string, feedback: Assessment): Promise<string> {
    return (await this.#load()).logAssessment(traceId, 'feedback', feedback);
  }

  /** What should have come out. @returns the id, and @throws as `logFeedback`. */
  async logExpectation(traceId: string, expectation: Assessment): Promise<string> {
    return (await this.#load()).logAssessment(traceId, 'expectation', expectation);
  }

  /** Changes what `logFeedback` has logged. @throws {TypeError} where nothing is to become different, and as `logFeedback`. */
  async updateFeedback(traceId: string, assessmentId: string, update: AssessmentUpdate): Promise<void> {
    return (await this.#load()).updateAssessment({ kind: 'feedback', traceId, assessmentId }, update);
  }

  /** Changes what `logExpectation` has logged. @throws {TypeError} where nothing is to become different, and as `logFeedback`. */
  async updateExpectation(traceId: string, assessmentId: string, update: AssessmentUpdate): Promise<void> {
    return (await this.#load()).updateAssessment({ kind: 'expectation', traceId, assessmentId }, update);
  }

  /** One that is gone already is no failure. */
  async deleteAssessment(traceId: string, assessmentId: string): Promise<void> {
    return (await this.#load()).deleteAssessment(traceId, assessmentId);
  }

  /** Shows traces with a run. */
  async linkTracesToRun(traceIds: readonly string[], runId: string): Promise<void> {
    return (await this.#load()).linkTracesToRun(traceIds, runId);
  }
}
