import { join } from 'node:path';
import { MlflowClient, type Trace } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { type MlflowServer, noServer, startMlflow } from '../support/mlflow-server.js';
import { temporaryFolders } from '../support/temporary-folder.js';
import { runSample } from './run-sample.js';

const newFolder = temporaryFolders();
let server: MlflowServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

describe('the demo with MLFLOW_TRACKING_URI set', () => {
  it.skipIf(noServer !== undefined)(
    'waits for a server that has just started, each of its workers new, and says where the trace is',
    async () => {
      server = await startMlflow(['--workers', '4']); // its default

      const { stdout, stderr, traces } = await runSample('ag2', newFolder(), { MLFLOW_TRACKING_URI: server.url });

      const [trace] = traces as [Trace];
      expect(await new MlflowClient({ trackingUri: server.url }).getTrace(trace.info.traceId)).toMatchObject({
        info: { traceId: trace.info.traceId, tokenUsage: trace.info.tokenUsage },
      });
      expect(stdout).toContain(
        `\nMLflow has acknowledged 1 of 1 traces: ${server.url}, experiment Default, last trace ${trace.info.traceId}.\n`,
      );
      expect(stderr).not.toContain('did not answer');
    },
  );

  it('says why the trace is not there, and shows no password', async () => {
    const folder = newFolder();

    const { stdout } = await runSample('ag2', folder, {
      MLFLOW_TRACKING_URI: 'http://me:hush@127.0.0.1:9', // nobody listens there
      MLFLOW_EXPERIMENT_NAME: 'agents',
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
      TRACED_AGENTS_SPOOL_DIR: join(folder, 'spool'),
    });

    expect(stdout).toContain('\nMLflow has acknowledged 0 of 1 traces: http://127.0.0.1:9, experiment agents, ');
    expect(stdout).toContain('its traces are kept on disk, and sent later: MlflowNetworkError: ');
    expect(stdout).not.toContain('hush');
  });
});
