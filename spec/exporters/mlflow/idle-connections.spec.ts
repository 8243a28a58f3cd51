import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConnection } from '../../../lib/exporters/mlflow/connection.js';
import { MlflowHttp } from '../../../lib/exporters/mlflow/mlflow-http.js';

/** In a thread of its own it goes on while the client's is busy. It closes idle connections without announcing it, as MLflow's does. */
const program = `
const { createServer } = require('node:net');
const { parentPort } = require('node:worker_threads');
const server = createServer((socket) => {
  let timer;
  socket.on('error', () => undefined).on('data', () => {
    clearTimeout(timer);
    socket.write('HTTP/1.1 200 OK\\r\\ncontent-length: 4\\r\\n\\r\\nfine');
    timer = setTimeout(() => socket.resetAndDestroy(), 20);
  });
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

let worker: Worker;
let http: MlflowHttp;

beforeEach(async () => {
  worker = new Worker(program, { eval: true });
  const [port] = (await once(worker, 'message')) as [number];
  const connection = readConnection({
    trackingUri: `http://127.0.0.1:${port}`,
    environment: { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' },
    readCredentials: () => undefined,
  });
  http = new MlflowHttp(connection);
});

afterEach(async () => {
  await worker.terminate();
});

describe('a connection that the server has closed while it was idle', () => {
  it.each([true, false])('fails no request: it goes at once over a fresh one; repeatable: %s', async (isRepeatable) => {
    const answers: string[] = [];

    for (let round = 0; round < 10; round += 1) {
      answers.push(await http.send({ method: 'POST', path: '/v1/traces', json: {}, isRepeatable }));
      await new Promise((resolve) => setImmediate(() => resolve(beBusy(50))));
    }

    expect(answers).toEqual(Array.from({ length: 10 }, () => 'fine'));
  });
});

/** Nothing that the server does is noticed meanwhile. */
function beBusy(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
