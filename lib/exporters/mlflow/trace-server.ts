import type { MlflowConnection } from './connection.js';
import { SignedFiles } from './databricks/signed-files.js';
import { MlflowHttp } from './mlflow-http.js';
import { ProxiedFiles } from './proxied-files.js';
import type { SpanFiles } from './span-files.js';

/** A server that keeps traces. */
export interface TraceServer {
  readonly http: MlflowHttp;
  readonly files: SpanFiles;
}

/** How to speak with a tracking server, or with a Databricks workspace. */
export function openServer(connection: MlflowConnection): TraceServer {
  const http = new MlflowHttp(connection);
  const files = connection.isWorkspace === true ? new SignedFiles(http, connection) : new ProxiedFiles(http);
  return { http, files };
}
