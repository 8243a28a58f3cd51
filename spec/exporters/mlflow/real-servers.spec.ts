import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';
import {
  MlflowAuthError,
  MlflowClient,
  MlflowError,
  MlflowExporter,
  MlflowHostError,
  MlflowNotFoundError,
  MlflowPermissionError,
} from 'traced-agents';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type MlflowServer, noServer, startMlflow } from '../../support/mlflow-server.js';
import { aTrace } from '../../support/traces.js';

const { signal } = new AbortController();
// Spans cannot carry the metadata: both routes of the server are used.
const trace = aTrace({ name: 'there and back', metadata: { build: '7' }, spans: [{ inputs: { q: 1 } }] });

/** Sends a trace, and reads it back by its id and by a search. */
async function roundTrip(trackingUri: string): Promise<void> {
  const exporter = new MlflowExporter({ trackingUri, experiment: 'there and back' });
  const mlflow = new MlflowClient({ trackingUri });

  await exporter.export([trace], { signal });

  const stored = await mlflow.getTrace(trace.info.traceId);
  expect(stored?.data.toJSON()).toEqual(trace.data.toJSON());
  expect(stored?.info.metadata['build']).toBe('7');
  expect((await exporter.searchTraces({ name: 'there and back' })).map(({ info }) => info.traceId)).toEqual([
    trace.info.traceId,
  ]);
}

async function failureOf(act: Promise<unknown>): Promise<MlflowError> {
  const error: unknown = await act.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof MlflowError) return error;
  throw new Error(`Not an MlflowError: ${String(error)}`);
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.skipIf(noServer !== undefined)(
  `MLflow servers as they are set up${noServer === undefined ? '' : `: ${noServer}`}`,
  () => {
    describe('mlflow server --app-name basic-auth', () => {
      const admin = { name: 'admin', password: 'the-password-of-the-admin' };
      const reader = { name: 'reader', password: 'the-password-of-the-reader' };
      let server: MlflowServer;

      beforeAll(async () => {
        server = await startMlflow(['--app-name', 'basic-auth'], {
          MLFLOW_AUTH_ADMIN_PASSWORD: admin.password,
          MLFLOW_FLASK_SERVER_SECRET_KEY: 'any',
        });
        const made = await fetch(`${server.url}/api/2.0/mlflow/users/create`, {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            Authorization: `Basic ${Buffer.from(`${admin.name}:${admin.password}`).toString('base64')}`,
          },
          body: JSON.stringify({ username: reader.name, password: reader.password }),
        });
        expect(made.status).toBe(200);
      });

      afterAll(() => server.stop());

      function signIn(user: { readonly name: string; readonly password: string }): void {
        vi.stubEnv('MLFLOW_TRACKING_USERNAME', user.name);
        vi.stubEnv('MLFLOW_TRACKING_PASSWORD', user.password);
      }

      it('takes traces of who signs in, and gives them back', async () => {
        signIn(admin);

        await roundTrip(server.url);
      });

      it.each([
        ['nobody', {}],
        ['a wrong password', { MLFLOW_TRACKING_USERNAME: 'admin', MLFLOW_TRACKING_PASSWORD: 'wrong' }],
        ['a token, which is for a proxy', { MLFLOW_TRACKING_TOKEN: 'a-token' }],
      ])('refuses %s, and says what to set', async (_who, environment) => {
        for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
        const exporter = new MlflowExporter({ trackingUri: server.url });

        const error = await failureOf(Promise.resolve(exporter.export([trace], { signal })));

        expect(error).toBeInstanceOf(MlflowAuthError);
        expect(error.message).toContain('Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD');
        expect(error.message).not.toMatch(/wrong|a-token/);
      });

      it('lets a user who may only read do so, and says which right is missing to write', async () => {
        signIn(admin);
        const experimentId = await new MlflowClient({ trackingUri: server.url }).ensureExperiment('to be read');
        const mine = aTrace({ id: `tr-${'2'.repeat(32)}` });
        await new MlflowExporter({ trackingUri: server.url, experimentId }).export([mine], { signal });

        signIn(reader);
        const exporter = new MlflowExporter({ trackingUri: server.url, experimentId });
        const error = await failureOf(Promise.resolve(exporter.export([trace], { signal })));

        expect((await exporter.getTrace(mine.info.traceId))?.info.traceId).toBe(mine.info.traceId);
        expect(error).toBeInstanceOf(MlflowPermissionError);
        expect(error.message).toContain('Ask for the right EDIT');
      });
    });

    describe('mlflow server --static-prefix', () => {
      let server: MlflowServer;

      beforeAll(async () => {
        server = await startMlflow(['--static-prefix', '/mlflow']);
      });

      afterAll(() => server.stop());

      it('is reached by an address with the path', async () => {
        expect(new URL(server.url).pathname).toBe('/mlflow');
        await roundTrip(`${server.url}/`);
      });

      it('is reached over TLS, with a certificate of its own, which a proxy may end', async () => {
        const pem = readFileSync('spec/fixtures/tls/server.pem');
        const { hostname, port, pathname } = new URL(server.url);
        const proxy = createServer({ cert: pem, key: pem }, (socket) => {
          const inner = connect(Number(port), hostname);
          pipeline(socket, inner, socket, () => undefined);
        });
        await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
        vi.stubEnv('MLFLOW_TRACKING_SERVER_CERT_PATH', 'spec/fixtures/tls/authority.pem');

        await roundTrip(`https://127.0.0.1:${(proxy.address() as AddressInfo).port}${pathname}`);

        proxy.close();
      });

      it('is not reached without it', async () => {
        const exporter = new MlflowExporter({ trackingUri: new URL(server.url).origin, experimentId: '0' });

        const error = await failureOf(Promise.resolve(exporter.export([trace], { signal })));

        expect(error).toBeInstanceOf(MlflowNotFoundError);
      });
    });

    describe('mlflow server --no-serve-artifacts --allowed-hosts', () => {
      let server: MlflowServer;

      beforeAll(async () => {
        server = await startMlflow(['--no-serve-artifacts', '--allowed-hosts', 'localhost:*']);
      });

      afterAll(() => server.stop());

      it('takes and gives traces without artifacts, under a name that it allows', async () => {
        await roundTrip(server.url.replace('127.0.0.1', 'localhost'));
      });

      it('says how another name is allowed', async () => {
        const exporter = new MlflowExporter({ trackingUri: server.url });

        const error = await failureOf(Promise.resolve(exporter.export([trace], { signal })));

        expect(error).toBeInstanceOf(MlflowHostError);
        expect(error.message).toContain(`--allowed-hosts "${new URL(server.url).host}"`);
      });
    });
  },
);
