import type { MlflowConnection } from './connection.js';
import { MlflowHttp } from './mlflow-http.js';
import { ProxiedFiles } from './proxied-files.js';
import type { SpanFiles } from './span-files.js';

/** A server that keeps traces. */
export interface TraceServer {
  readonly http: MlflowHttp;
  readonly files: SpanFiles;
}

export function openServer(connection: MlflowConnection): TraceServer {
  const http = new MlflowHttp(connection);
  return { http, files: new ProxiedFiles(http) };
}
