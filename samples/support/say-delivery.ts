import { getLastActiveTraceId, shutdown } from 'traced-agents';

/** How long a sample waits for its server, in ms: one that has just started loads much with its first request. */
export const shutdownTimeoutMs: number = Number(process.env['TRACED_AGENTS_SHUTDOWN_TIMEOUT_MS'] || 30_000);

/** Ends tracing, then says how many traces the MLflow server has acknowledged, and where they are to be seen. */
export async function sayDelivery(trackingUri: string): Promise<void> {
  const { mlflow } = (await shutdown()).exporters;
  if (mlflow === undefined) return;
  const { MLFLOW_EXPERIMENT_NAME: name, MLFLOW_EXPERIMENT_ID: id } = process.env;
  const experiment = name || (id ? `with the id ${id}` : 'Default');
  const address = trackingUri.replace(/\/\/[^/]*@/, '//'); // without a password
  const place = `${address}, experiment ${experiment}, last trace ${getLastActiveTraceId()}`;
  console.log(`\nMLflow has acknowledged ${mlflow.exported} of ${mlflow.recorded} traces: ${place}.`);
  if (mlflow.exported < mlflow.recorded) console.log(mlflow.lastError?.message);
}
