import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { ConfigurationError } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { readConnection } from '../../../lib/exporters/mlflow/connection.js';
import type { MlflowError } from '../../../lib/exporters/mlflow/mlflow-errors.js';
import { MlflowHttp } from '../../../lib/exporters/mlflow/mlflow-http.js';
import { type Reply, ScriptedServer } from '../../support/scripted-server.js';
import { temporaryFolders } from '../../support/temporary-folder.js';

const newFolder = temporaryFolders();
const fixture = (name: string) => join('spec', 'fixtures', 'tls', `${name}.pem`);
const pem = (name: string) => readFileSync(fixture(name), 'utf8');
const own = { cert: pem('server'), key: pem('server') };
/** Lets in only those who show a certificate of the same authority. */
const mutual = { ...own, ca: pem('authority'), requestCert: true, rejectUnauthorized: true };

const trusting = { MLFLOW_TRACKING_SERVER_CERT_PATH: fixture('authority') };
const get = { method: 'GET', path: '/version' } as const;
const ok = { status: 200, body: 'fine' };

let server: ScriptedServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function client(
  environment: Record<string, string>,
  {
    tls = own,
    replies = [ok] as readonly Reply[],
  }: { readonly tls?: TlsOptions; readonly replies?: readonly Reply[] } = {},
): Promise<MlflowHttp> {
  server = await ScriptedServer.start((_request, index) => replies[index] ?? ok, tls);
  return new MlflowHttp(connection(server.url, environment), { wait: async () => undefined });
}

function connection(trackingUri: string, environment: Record<string, string>) {
  return readConnection({ trackingUri, environment, readCredentials: () => undefined });
}

async function failureOf(http: MlflowHttp): Promise<MlflowError> {
  return (await http.send(get).then(
    () => undefined,
    (error: unknown) => error,
  )) as MlflowError;
}

describe('a tracking server with a certificate of its own', () => {
  it('is trusted by the certificate of its authority', async () => {
    const http = await client(trusting);

    const text = await http.send({
      method: 'POST',
      path: '/x',
      query: [['a', 'b']],
      json: { text: 'é' },
      headers: { 'X-Y': 'z' },
    });

    expect(text).toBe('fine');
    expect(server?.seen).toMatchObject([
      { method: 'POST', url: '/x?a=b', body: '{"text":"é"}', headers: { 'x-y': 'z', 'content-length': '13' } },
    ]);
  });

  it('is trusted by it over a connection of its own, too', async () => {
    const http = await client(trusting);

    await expect(http.send({ method: 'POST', path: '/x', json: {}, isRepeatable: false })).resolves.toBe('fine');
    expect(server?.seen[0]?.headers.connection).toBe('close');
  });

  it('is not looked at where the environment says so', async () => {
    const http = await client({ MLFLOW_TRACKING_INSECURE_TLS: 'true' });

    await expect(http.send(get)).resolves.toBe('fine');
  });

  it.each([
    ['by fetch', {}],
    ['by us', { MLFLOW_TRACKING_CLIENT_CERT_PATH: fixture('client') }],
  ])('is refused %s, at once and with what to set', async (_by, environment) => {
    const error = await failureOf(await client(environment));

    expect([error.name, error.status]).toEqual(['MlflowCertificateError', undefined]);
    expect(error.message).toMatch(/unable to verify.*Set MLFLOW_TRACKING_SERVER_CERT_PATH/);
    expect(server?.seen).toEqual([]);
  });

  it.each([
    ['holds another name', 'client', /IP: 127\.0\.0\.1 .*Call the server by a name that its certificate holds/],
    ['is too old', 'expired', /certificate has expired.*Renew the server's certificate/],
  ])('is refused where its certificate %s', async (_what, certificate, message) => {
    const error = await failureOf(await client(trusting, { tls: { cert: pem(certificate), key: pem(certificate) } }));

    expect(error.name).toBe('MlflowCertificateError');
    expect(error.message).toMatch(message);
  });

  it('lets in who shows a certificate', async () => {
    const http = await client({ ...trusting, MLFLOW_TRACKING_CLIENT_CERT_PATH: fixture('client') }, { tls: mutual });

    await expect(http.send(get)).resolves.toBe('fine');
  });

  it('says that it asks for a certificate', async () => {
    const error = await failureOf(await client(trusting, { tls: mutual }));

    expect(error.name).toBe('MlflowCertificateError');
    expect(error.message).toContain('Set MLFLOW_TRACKING_CLIENT_CERT_PATH');
  });

  it.each([
    ['without its key', 'authority'],
    ['with another one', 'mixed'],
  ])('is not asked with a certificate %s', async (_what, name) => {
    const mixed = join(newFolder(), 'mixed.pem');
    const isKey = /-----BEGIN [A-Z ]*PRIVATE KEY/;
    writeFileSync(
      mixed,
      `${pem('client').slice(0, pem('client').search(isKey))}${pem('server').slice(pem('server').search(isKey))}`,
    );
    const path = name === 'mixed' ? mixed : fixture(name);

    const error = await failureOf(await client({ ...trusting, MLFLOW_TRACKING_CLIENT_CERT_PATH: path }));

    expect(error.name).toBe('MlflowCertificateError');
    expect(error.message).toMatch(/Set MLFLOW_TRACKING_CLIENT_CERT_PATH to a PEM file with .*, and its key\.$/);
  });

  it('is not taken for one without TLS', async () => {
    await client({});
    const http = new MlflowHttp(
      connection((server?.url ?? '').replace('https:', 'http:'), { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' }),
    );

    expect((await failureOf(http)).message).toMatch(/can be reached\. One that speaks TLS is called by https:\/\/\.$/);
  });

  it('is not found where a server speaks no TLS', async () => {
    server = await ScriptedServer.start(() => ok);
    const http = new MlflowHttp(
      connection(server.url.replace('http:', 'https:'), { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' }),
    );

    expect((await failureOf(http)).message).toMatch(
      /\S\)\. What answers there speaks no TLS: set the tracking URI to http:\/\/\.\.\., or to the port that does\.$/,
    );
  });

  it('is asked as often, and fails as clearly, as any other', async () => {
    const http = await client(trusting, { replies: ['hang up', { status: 503 }, { status: 204 }, { status: 401 }] });

    expect(await http.send(get)).toBe('');
    expect((await failureOf(http)).name).toBe('MlflowAuthError');
    expect(server?.seen).toHaveLength(4);
  });

  it('may take too long', async () => {
    const brief = { MLFLOW_HTTP_REQUEST_TIMEOUT: '0.1', MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' };

    const error = await failureOf(await client({ ...trusting, ...brief }, { replies: ['hang'] }));

    expect(error.name).toBe('MlflowTimeoutError');
  });
});

describe('the certificates that the environment names', () => {
  it('are of no meaning without https', () => {
    const { tls } = connection('http://server', trusting);

    expect(tls).toEqual({ rejectUnauthorized: true, ca: pem('authority') });
  });

  it.each<[Record<string, string>, RegExp]>([
    [
      { ...trusting, MLFLOW_TRACKING_INSECURE_TLS: '1' },
      /INSECURE_TLS and MLFLOW_TRACKING_SERVER_CERT_PATH are both set/,
    ],
    [{ MLFLOW_TRACKING_INSECURE_TLS: 'yes' }, /MLFLOW_TRACKING_INSECURE_TLS must be true or false, but is 'yes'/],
    [{ MLFLOW_TRACKING_SERVER_CERT_PATH: '/none' }, /SERVER_CERT_PATH must name a file that can be read: ENOENT/],
    [{ MLFLOW_TRACKING_CLIENT_CERT_PATH: 'spec' }, /CLIENT_CERT_PATH must name a file that can be read: EISDIR/],
  ])('are checked at the start: %o', (environment, message) => {
    expect(() => connection('https://server', environment)).toThrow(ConfigurationError);
    expect(() => connection('https://server', environment)).toThrow(message);
  });

  it('must be in PEM', () => {
    const path = join(newFolder(), 'certificate.der');
    writeFileSync(path, 'binary');

    expect(() => connection('https://server', { MLFLOW_TRACKING_SERVER_CERT_PATH: path })).toThrow(
      `must name a file in PEM (-----BEGIN ...), but '${path}' is none`,
    );
  });

  it('count as not named where they are empty', () => {
    const empty = { MLFLOW_TRACKING_SERVER_CERT_PATH: '', MLFLOW_TRACKING_INSECURE_TLS: 'false' };

    expect(connection('https://server', empty).tls).toBeUndefined();
  });
});
