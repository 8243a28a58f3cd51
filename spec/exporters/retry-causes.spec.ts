import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ExportQueue, type ExportQueueOptions } from '../../lib/exporters/export-queue.js';
import type { ExportContext, TraceExporter } from '../../lib/exporters/exporter.js';
import type { ExportError, TracingError } from '../../lib/index.js';
import { flush, init, MlflowExporter, shutdown, stats, traceAgent } from '../../lib/index.js';
import { temporaryFolders } from '../support/temporary-folder.js';
import { aTrace } from '../support/traces.js';

const newFolder = temporaryFolders();
const refused = new Error('connection refused at port 5001.');

/** Fails twice, and goes on trying until it is told that it may stop. */
class Persistent implements TraceExporter {
  readonly name = 'persistent';
  succeed: () => void = () => undefined;

  export(_traces: unknown, { onRetry }: ExportContext): Promise<void> {
    onRetry?.(new Error('no route'));
    onRetry?.(refused);
    return new Promise((resolve) => {
      this.succeed = resolve;
    });
  }
}

function setUp(options: Partial<ExportQueueOptions> = {}) {
  const errors: ExportError[] = [];
  const exporter = new Persistent();
  const queue = new ExportQueue(exporter, { onError: (error) => errors.push(error), ...options });
  queue.push({ trace: aTrace(), line: '{}', length: 1 });
  return { queue, exporter, told: () => errors.map(({ message, cause }) => [message, cause]) };
}

afterEach(async () => {
  await shutdown();
});

describe('what made the last try of a call fail', () => {
  it('is told by a flush that waits for it in vain', async () => {
    const { queue, exporter, told } = setUp();

    await queue.flush(20);
    exporter.succeed();
    await queue.flush(1000);

    expect(told()).toEqual([
      [
        "The exporter 'persistent' has not taken all traces yet, and is tried again. Its last try failed: Error: connection refused at port 5001.",
        refused,
      ],
    ]);
    expect(queue.stats()).toMatchObject({ recorded: 1, exported: 1 });
  });

  it('is told where its time is over', async () => {
    const { queue, told } = setUp({ timeoutMs: 20 });

    await queue.flush(1000);

    expect(told()).toEqual([
      [
        "The exporter 'persistent' did not answer within 20 ms; 1 traces are lost there. See stats() for the sum. Its last try failed: Error: connection refused at port 5001.",
        refused,
      ],
    ]);
  });

  it.each(['close', 'finish'] as const)('is told once at the end: %s', async (end) => {
    const { queue, told } = setUp();

    await queue[end](20);
    await queue.close(0);

    expect(told()).toEqual([
      [
        "The exporter 'persistent' did not answer before the end; 1 traces are lost there. See stats() for the sum. Its last try failed: Error: connection refused at port 5001.",
        refused,
      ],
    ]);
  });
});

describe('an MLflow server that is not there', () => {
  it('is named by flush() while requests to it are tried again, and at the end', async () => {
    const errors: TracingError[] = [];
    init({
      exporters: [new MlflowExporter({ trackingUri: 'http://127.0.0.1:9' })], // nobody listens there
      shutdownTimeoutMs: 1000,
      spoolDir: join(newFolder(), 'spool'),
      onError: (error) => errors.push(error),
    });
    await traceAgent(async () => 1, { name: 'agent' })();

    let early = (await flush()).exporters['mlflow'];
    while (early?.lastError === undefined) early = (await flush()).exporters['mlflow']; // the first try has not failed yet
    await flush();
    await shutdown();

    const cause =
      'MlflowNetworkError: GET http://127.0.0.1:9/api/2.0/mlflow/experiments/get-by-name failed (no answer: ';
    expect(early?.lastError?.message).toContain(
      `has not taken all traces yet, and is tried again. Its last try failed: ${cause}`,
    );
    expect(stats().exporters['mlflow']?.lastError?.message).toContain(
      `kept on disk, and sent later. Its last try failed: ${cause}`,
    );
    expect(errors.map(({ name, cause: why }) => [name, (why as Error).name])).toEqual([
      ['ExportError', 'MlflowNetworkError'],
      ['ExportError', 'MlflowNetworkError'],
    ]);
  });
});
