import type { Trace } from '../../entities/trace.js';
import type { TraceInfo } from '../../entities/trace-info.js';
import { parseJson } from '../../utils/parse-json.js';
import { recordOf } from '../../utils/records.js';
import { shown } from '../../utils/value-kinds.js';
import {
  type Assessment,
  type AssessmentKind,
  type AssessmentTarget,
  type AssessmentUpdate,
  deleteAssessment,
  logAssessment,
  updateAssessment,
} from './assessments.js';
import { checkAssessment, checkUpdate } from './check-assessment.js';
import { checkSearch } from './check-search.js';
import type { MlflowConnection } from './connection.js';
import {
  chooseExperiment,
  createExperiment,
  type Experiment,
  experimentById,
  experimentByName,
  restoreExperiment,
} from './experiments.js';
import type { MlflowHttp } from './mlflow-http.js';
import { infoOf, readTrace } from './read-traces.js';
import { searchPages } from './search-pages.js';
import { readAll } from './search-stored.js';
import { isServerTag } from './server-tags.js';
import { assessmentsIn, type StoredAssessment } from './stored-assessments.js';
import { canFind, type TraceSearch } from './trace-filter.js';
import { readKnownTraceInfo, readTraceInfo, type TraceInfoJson } from './trace-info-json.js';
import { pathOfTrace, tracesPath } from './trace-paths.js';
import { openServer, type TraceServer } from './trace-server.js';

/** Traces in one request, as the server allows. */
const maxIds = 100;

/** What `MlflowClient` asks of a server; loaded with the first question. */
export class MlflowApi {
  readonly #server: TraceServer;
  readonly #http: MlflowHttp;

  constructor(connection: MlflowConnection) {
    this.#server = openServer(connection);
    this.#http = this.#server.http;
  }

  getExperiment(id: string): Promise<Experiment | undefined> {
    return experimentById(this.#http, id);
  }

  getExperimentByName(name: string): Promise<Experiment | undefined> {
    return experimentByName(this.#http, name);
  }

  ensureExperiment(name: string): Promise<string> {
    return chooseExperiment(this.#http, { name });
  }

  createExperiment(name: string, tags?: Readonly<Record<string, string>>): Promise<string> {
    for (const [key, value] of Object.entries(tags ?? {})) checkTagValue(key, value);
    return createExperiment(this.#http, { name, tags });
  }

  restoreExperiment(id: string): Promise<void> {
    return restoreExperiment(this.#http, id);
  }

  getTrace(traceId: string): Promise<Trace | undefined> {
    return readTrace(this.#server, traceId);
  }

  async getTraceInfo(traceId: string): Promise<TraceInfo | undefined> {
    const info = await readTraceInfo(this.#http, traceId);
    return info === undefined ? undefined : infoOf(info);
  }

  async *searchTraces(search: TraceSearch): AsyncGenerator<Trace, void, undefined> {
    for await (const infos of this.#searchPages(search)) yield* await readAll(this.#server, infos);
  }

  async *searchTraceInfos(search: TraceSearch): AsyncGenerator<TraceInfo, void, undefined> {
    for await (const infos of this.#searchPages(search)) yield* infos.map(infoOf);
  }

  async *#searchPages(search: TraceSearch): AsyncGenerator<readonly TraceInfoJson[], void, undefined> {
    checkSearch(search);
    if (!canFind(search)) return;
    yield* searchPages(this.#http, search);
  }

  async deleteTraces(experimentId: string, traceIds: readonly string[]): Promise<number> {
    let deleted = 0;
    for (const ids of inParts(traceIds)) {
      const json = { experiment_id: experimentId, request_ids: ids };
      const answer = await this.#http.send({ method: 'POST', path: `${tracesPath}/delete-traces`, json });
      deleted += Number(recordOf(parseJson(answer))['traces_deleted'] ?? 0);
    }
    return deleted;
  }

  async setTag(traceId: string, key: string, value: string): Promise<void> {
    checkTag(key);
    checkTagValue(key, value);
    await this.#http.send({ method: 'PATCH', path: `${pathOfTrace(traceId)}/tags`, json: { key, value } });
  }

  async deleteTag(traceId: string, key: string): Promise<void> {
    checkTag(key);
    await this.#http.send({ method: 'DELETE', path: `${pathOfTrace(traceId)}/tags`, json: { key } });
  }

  async listAssessments(traceId: string): Promise<readonly StoredAssessment[]> {
    return assessmentsIn(await readKnownTraceInfo(this.#http, traceId));
  }

  logAssessment(traceId: string, kind: AssessmentKind, assessment: Assessment): Promise<string> {
    checkAssessment(kind, assessment);
    return logAssessment(this.#http, traceId, { ...assessment, kind });
  }

  updateAssessment(target: AssessmentTarget, update: AssessmentUpdate): Promise<void> {
    checkUpdate(target.kind, update);
    return updateAssessment(this.#http, target, update);
  }

  deleteAssessment(traceId: string, assessmentId: string): Promise<void> {
    return deleteAssessment(this.#http, traceId, assessmentId);
  }

  async linkTracesToRun(traceIds: readonly string[], runId: string): Promise<void> {
    for (const ids of inParts(traceIds)) {
      const json = { trace_ids: ids, run_id: runId };
      await this.#http.send({ method: 'POST', path: '/api/2.0/mlflow/traces/link-to-run', json });
    }
  }
}

function checkTag(key: string): void {
  if (isServerTag(key)) throw new TypeError(`The tag '${key}' is the server's own: without it the trace is lost.`);
}

/** The server would take an empty text for what is none. */
function checkTagValue(key: string, value: unknown): void {
  if (typeof value !== 'string') throw new TypeError(`The tag '${key}' must be a text, but is ${shown(value)}.`);
}

function inParts(ids: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / maxIds) }, (_, part) =>
    ids.slice(part * maxIds, (part + 1) * maxIds),
  );
}
