import { flush, init, MlflowExporter, shutdown, stats, type TraceExporter, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it, vi } from 'vitest';

const echo = traceTool((value: unknown) => value, { name: 'echo' });
const secret = 'sk-proj-abcdefghijklmnopqrstuvwxyz0123456789';
const refuse = (): never => {
  throw new Error(`wrong key ${secret}`);
};

afterEach(async () => {
  vi.unstubAllEnvs();
  await shutdown();
});

describe('what went wrong last on the way to an exporter', () => {
  it.each(['inline', 'queued'] as const)('is told by flush(), without secrets (%s)', async (delivery) => {
    const before = Date.now();
    init({ exporters: [{ name: 'bad', delivery, export: refuse }, well()], onError: () => undefined });
    echo(1);

    const { exporters } = await flush();

    expect(exporters['well']).not.toHaveProperty('lastError');
    expect(exporters['bad']?.dropped).toEqual({ 'export failed': 1 });
    expect(exporters['bad']?.lastError?.message).toMatch(/^The exporter 'bad' failed.*wrong key \[redacted\]/);
    expect(exporters['bad']?.lastError?.time.getTime()).toBeGreaterThanOrEqual(before);
  });

  it('is told as it is where secrets are not hidden', async () => {
    init({ exporters: [{ name: 'bad', export: refuse }], redactSecrets: false, onError: () => undefined });
    echo(1);

    expect((await flush()).exporters['bad']?.lastError?.message).toContain(secret);
  });

  it('is the last of many, each of which onError is told of once, and stays when all is well again', async () => {
    const failures = ['first', 'second', 'first'];
    const told: string[] = [];
    const moody: TraceExporter = {
      name: 'moody',
      delivery: 'inline',
      export: () => {
        const failure = failures.shift();
        if (failure !== undefined) throw new Error(failure);
      },
    };
    init({ exporters: [moody], onError: ({ message }) => told.push(message) });

    for (let index = 0; index < 4; index += 1) echo(index);

    expect(told.length).toBe(2);
    expect(stats().exporters['moody']?.exported).toBe(1);
    expect(stats().exporters['moody']?.lastError?.message).toMatch(/: Error: first\.$/);
  });

  it('names the server that cannot be reached', async () => {
    vi.stubEnv('MLFLOW_HTTP_REQUEST_MAX_RETRIES', '0');
    const exporters = [new MlflowExporter({ trackingUri: 'http://127.0.0.1:9' })];
    init({ exporters, spool: false, onError: () => undefined });
    echo(1);

    const { mlflow } = (await flush()).exporters;

    expect(mlflow?.dropped).toEqual({ 'export failed': 1 });
    expect(mlflow?.lastError?.message).toContain('http://127.0.0.1:9');
  });
});

function well(): TraceExporter {
  return { name: 'well', export: () => undefined };
}
