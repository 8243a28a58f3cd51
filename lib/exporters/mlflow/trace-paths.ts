/** Where a server keeps traces. */
export const tracesPath = '/api/3.0/mlflow/traces';

/** The route of one trace. */
export function pathOfTrace(traceId: string): string {
  return `${tracesPath}/${encodeURIComponent(traceId)}`;
}
