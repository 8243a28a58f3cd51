import { ConfigurationError } from '../../errors.js';
import { getOwn, isRecord } from '../../utils/records.js';
import type { MlflowHttp } from './mlflow-http.js';
import type { SpanFiles } from './span-files.js';
import type { TraceInfoJson } from './trace-info-json.js';

/** Files that a tracking server takes and gives itself. */
export class ProxiedFiles implements SpanFiles {
  readonly #http: MlflowHttp;

  constructor(http: MlflowHttp) {
    this.#http = http;
  }

  /** @throws {ConfigurationError} where the server keeps files in a place that only it can reach. */
  async write(info: TraceInfoJson, json: string, signal: AbortSignal): Promise<void> {
    const path = `/api/2.0/mlflow-artifacts/artifacts${folderOf(info)}/traces.json`;
    const body = { bytes: Buffer.from(json), headers: { 'Content-Type': 'application/json' } };
    await this.#http.send({ method: 'PUT', path, body, signal });
  }

  /** The route of the server's own pages: it knows both places where spans may be, and gives them in the form of a trace file. */
  read(traceId: string): Promise<string | undefined> {
    const path = '/ajax-api/3.0/mlflow/get-trace-artifact';
    return this.#http.find({ method: 'GET', path, query: [['request_id', traceId]] });
  }
}

/** With a slash before it, none after it. */
function folderOf({ tags }: TraceInfoJson): string {
  const location = isRecord(tags) ? String(getOwn(tags, 'mlflow.artifactLocation')) : '';
  const path = /^mlflow-artifacts:(?:\/\/[^/]*)?(\/.+)$/.exec(location)?.[1];
  if (path !== undefined) return path.replace(/\/+$/, '');
  throw new ConfigurationError(
    "The server does not take spans, neither by OpenTelemetry nor as files. Start it with a database (--backend-store-uri), which MLflow 3.4 and newer take them into, or without '--no-serve-artifacts'.",
  );
}
