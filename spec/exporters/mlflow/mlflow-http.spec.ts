import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError } from '../../../lib/errors.js';
import { readConnection } from '../../../lib/exporters/mlflow/connection.js';
import { MlflowError } from '../../../lib/exporters/mlflow/mlflow-errors.js';
import { MlflowHttp } from '../../../lib/exporters/mlflow/mlflow-http.js';
import { blackHole } from '../../support/black-hole.js';
import { type Reply, ScriptedServer } from '../../support/scripted-server.js';

let server: ScriptedServer;
let waits: number[];

afterEach(async () => {
  vi.useRealTimers();
  await server.stop();
});

/** A client of a server that gives these answers one after the other, the last one again and again. */
async function client(replies: readonly Reply[], environment: Record<string, string> = {}): Promise<MlflowHttp> {
  server = await ScriptedServer.start((_request, index) => replies[index] ?? (replies.at(-1) as Reply));
  waits = [];
  const connection = readConnection({
    trackingUri: `${server.url}/prefix/`,
    environment,
    readCredentials: () => undefined,
  });
  const wait = async (ms: number): Promise<void> => {
    waits.push(ms);
  };
  return new MlflowHttp(connection, { wait, random: () => 1 });
}

const get = { method: 'GET', path: '/version' } as const;
const ok = { status: 200, body: 'fine' };

async function failure(http: MlflowHttp, request: Parameters<MlflowHttp['send']>[0] = get): Promise<MlflowError> {
  const error: unknown = await http.send(request).catch((thrown: unknown) => thrown);
  if (!(error instanceof MlflowError)) throw new Error(`Not an MlflowError: ${String(error)}`);
  return error;
}

describe('MlflowHttp', () => {
  it('keeps the path of the address, and sends query, headers and JSON', async () => {
    const http = await client([ok], { MLFLOW_WORKSPACE: 'team', MLFLOW_TRACKING_TOKEN: 'abc' });

    const text = await http.send({
      method: 'POST',
      path: '/api/x',
      query: [['a', 'b c']],
      json: { n: 1 },
      headers: { 'X-Y': 'z' },
    });

    expect(text).toBe('fine');
    expect(server.seen[0]).toMatchObject({
      method: 'POST',
      url: '/prefix/api/x?a=b+c',
      body: '{"n":1}',
      headers: {
        'x-mlflow-workspace': 'team',
        authorization: 'Bearer abc',
        'x-y': 'z',
        'content-type': 'application/json',
      },
    });
  });

  it.each<[number, string]>([
    [408, ''],
    [429, ''],
    [500, '<html>oops</html>'],
    [502, ''],
    [503, '{"error_code":"TEMPORARILY_UNAVAILABLE","message":"database is locked"}'],
    [504, ''],
    [400, '{"error_code":"BAD_REQUEST","message":"QueuePool limit of size 5 overflow 10 reached"}'],
  ])('tries again after %i %s', async (status, body) => {
    const http = await client([{ status, body }, { status, body }, ok]);

    await expect(http.send(get)).resolves.toBe('fine');
    expect(waits).toEqual([3000, 5000]);
  });

  it.each<[number, string, string]>([
    [400, '{"error_code":"INVALID_PARAMETER_VALUE","message":"no number"}', 'MlflowRequestError'],
    [401, 'You are not authenticated.', 'MlflowAuthError'],
    [403, 'Permission denied', 'MlflowPermissionError'],
    [403, 'Invalid Host header - possible DNS rebinding attack detected', 'MlflowHostError'],
    [404, '{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no such experiment"}', 'MlflowNotFoundError'],
    [404, '<!doctype html><title>404 Not Found</title>', 'MlflowNotFoundError'],
    [413, '', 'MlflowTooLargeError'],
    [422, '{"detail":[{"loc":["header"]}]}', 'MlflowRequestError'],
    [200, '\n<!DOCTYPE html><title>Sign in</title>', 'MlflowServerError'],
    [203, '<html></html>', 'MlflowServerError'],
    [200, '<!-- portal --><html></html>', 'MlflowServerError'],
    [200, '<?xml version="1.0"?><!DOCTYPE html><html></html>', 'MlflowServerError'],
    [200, '<head><title>Sign in</title></head>', 'MlflowServerError'],
    [500, '{"message":"Trace data not stored in tracking store"}', 'MlflowServerError'],
    [501, '{"detail":"file store"}', 'MlflowServerError'],
  ])('says at once what %i %s means', async (status, body, name) => {
    const http = await client([{ status, body }]);

    const error = await failure(http);

    expect([error.name, error.status, error.method, error.url]).toEqual([
      name,
      status,
      'GET',
      `${server.url}/prefix/version`,
    ]);
    expect(error.message).toContain(`GET ${server.url}/prefix/version failed (${status}`);
    expect(server.seen).toHaveLength(1);
  });

  it('tells a server that has no such thing from an address where no server is', async () => {
    const http = await client([
      { status: 404, body: '{"error_code":"RESOURCE_DOES_NOT_EXIST"}' },
      { status: 404, body: '<!doctype html><title>404 Not Found</title>' },
      { status: 200, body: '<!doctype html><title>Sign in</title>' },
      ok,
    ]);

    expect(await http.find(get)).toBeUndefined();
    await expect(http.find(get)).rejects.toThrow(/404 Not Found.*Check that an MLflow server is at this address/);
    await expect(http.find(get)).rejects.toThrow(/Sign in.*a page for people.*Check that an MLflow server is/);
    expect(await http.find(get)).toBe('fine');
  });

  it.each([
    ['https://mlflow.example.com/x?token=secret', 'to https://mlflow.example.com/x'],
    ['/login?next=1', 'to http://127.0.0.1:PORT/login'],
    [undefined, 'elsewhere'],
  ])('follows nobody elsewhere, but says where to: %s', async (location, where) => {
    const headers = location === undefined ? {} : { Location: location };
    const http = await client([{ status: 308, headers }]);

    const error = await failure(http);

    const { port } = new URL(server.url);
    expect([error.name, server.seen.length]).toEqual(['MlflowServerError', 1]);
    expect(error.message).toContain(`The server sends on ${where.replace('PORT', port)}. Set the tracking URI`);
    expect(error.message).not.toContain('secret');
  });

  it('waits for the whole answer no longer than for one that does not begin', async () => {
    const drip = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx');
    }).listen(0, '127.0.0.1');
    await once(drip, 'listening');
    const trackingUri = `http://127.0.0.1:${(drip.address() as AddressInfo).port}`;
    const environment = { MLFLOW_HTTP_REQUEST_TIMEOUT: '0.1', MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' };
    const http = new MlflowHttp(readConnection({ trackingUri, environment, readCredentials: () => undefined }));

    const error = await failure(http);
    drip.close();

    expect(error.name).toBe('MlflowTimeoutError');
  });

  it('gives up after as many tries as the environment allows', async () => {
    const http = await client([{ status: 503, body: 'busy' }], { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '2' });

    const error = await failure(http);

    expect([error.name, error.serverMessage, server.seen.length]).toEqual(['MlflowServerError', 'busy', 3]);
  });

  it('waits longer each time, and never longer than half a minute', async () => {
    const http = await client([{ status: 429 }], { MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: '0' });

    expect((await failure(http)).name).toBe('MlflowRateLimitError');
    expect(waits).toEqual([2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it.each([
    ['in seconds', '7', 7000],
    ['in parts of one', '1.5', 1500],
    ['longer than any', '9'.repeat(400), 60_000],
    ['as a date that has passed', new Date(Date.now() - 1000).toUTCString(), 3000],
    ['that there is no wait', '0', 3000],
    ['in a number that is none', '-5', 3000],
    ['longer than by itself', '45', 45_000],
    ['too long', '99999', 60_000],
    ['in no form', 'soon', 3000],
  ])('waits as the server says %s', async (_how, value, ms) => {
    const http = await client([{ status: 503, headers: { 'Retry-After': value } }, ok]);

    await http.send(get);

    expect(waits).toEqual([ms]);
  });

  it('waits until the date that the server says', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T00:00:00Z') });
    const http = await client([{ status: 503, headers: { 'Retry-After': 'Thu, 01 Jan 2026 00:00:30 GMT' } }, ok]);

    await http.send(get);

    expect(waits).toEqual([30_000]);
  });

  it('waits as it would by itself where the environment says so', async () => {
    const http = await client([{ status: 503, headers: { 'Retry-After': '7' } }, ok], {
      MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER: 'false',
    });

    await http.send(get);

    expect(waits).toEqual([3000]);
  });

  it('tries at once on a fresh connection where the server hung up, then waits', async () => {
    const http = await client(['hang up', 'hang up', ok]);

    await expect(http.send(get)).resolves.toBe('fine');
    expect(waits).toEqual([0, 5000]);
  });

  it('says that nobody is there', async () => {
    const http = await client([ok], { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' });
    await server.stop();

    const error = await failure(http);

    expect([error.name, error.status]).toEqual(['MlflowNetworkError', undefined]);
    expect(error.message).toContain('Check that the server runs there and can be reached.');
    server = await ScriptedServer.start(() => ok);
  });

  it.skipIf(process.platform === 'win32')('waits in the background two seconds for a connection', async () => {
    await client([ok]);
    const { port, stop } = await blackHole();
    const environment = { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' };
    const trackingUri = `http://127.0.0.1:${port}`;
    const connection = readConnection({ trackingUri, environment, readCredentials: () => undefined });

    const error = await failure(new MlflowHttp({ ...connection, isBackground: true }));
    stop();

    expect([error.name, error.serverMessage]).toEqual(['MlflowNetworkError', 'no connection within 2000 ms']);
  });

  it('says that nobody answers where a server would speak another protocol', async () => {
    await client([ok]);
    const other = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n'),
      );
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const connection = readConnection({
      trackingUri: `http://127.0.0.1:${port}`,
      environment: { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' },
      readCredentials: () => undefined,
    });

    const error = await failure(new MlflowHttp(connection));
    other.close();

    expect([error.name, error.serverMessage]).toEqual([
      'MlflowNetworkError',
      'it ended the connection without an answer',
    ]);
  });

  it.each([
    ['a line break', 'a secret\nof two lines'],
    ['NUL', 'a secret\0'],
    ['a mark of byte order', 'a secret\ufeff'],
    ['a character beyond Latin-1', 'a secret…'],
  ])('refuses credentials with %s, without telling them, and tries once', async (_what, token) => {
    const http = await client([ok], { MLFLOW_TRACKING_TOKEN: token });

    const sent = http.send(get);

    await expect(sent).rejects.toThrow(ConfigurationError);
    await expect(sent).rejects.toThrow(/^(?![^]*secret)[^]*'Authorization'[^]*MLFLOW_TRACKING_TOKEN/);
    expect([server.seen, waits]).toEqual([[], []]);
  });

  it.each([
    [{ MLFLOW_TRACKING_TOKEN: 'a secret of mine' }, 'a secret of mine'],
    [{ MLFLOW_TRACKING_USERNAME: 'ada', MLFLOW_TRACKING_PASSWORD: 'secret' }, btoa('ada:secret')],
  ])('does not repeat credentials that a server repeats', async (environment, secret) => {
    const http = await client([{ status: 400, body: `You sent 'Authorization: Kind ${secret}'.` }], environment);

    expect((await failure(http)).message).toContain("(400: You sent 'Authorization: Kind [redacted]'.)");
  });

  it('takes credentials with a line break behind them', async () => {
    const http = await client([ok], { MLFLOW_TRACKING_TOKEN: 'abc\n' });

    await http.send(get);

    expect(server.seen[0]?.headers.authorization).toBe('Bearer abc');
  });

  it('says that the server takes too long', async () => {
    const http = await client(['hang'], { MLFLOW_HTTP_REQUEST_TIMEOUT: '0.05', MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' });

    expect((await failure(http)).name).toBe('MlflowTimeoutError');
  });

  it.each<[string, Reply]>([
    ['a server that hangs', 'hang'],
    ['one that is to be asked again later', { status: 503, headers: { 'Retry-After': '60' } }],
  ])('waits for %s no longer than all tries may take', async (_what, reply) => {
    await client([reply]);
    const connection = readConnection({ trackingUri: server.url, environment: {}, readCredentials: () => undefined });
    const http = new MlflowHttp({ ...connection, retry: { ...connection.retry, allTriesMs: 50 } });

    const error = await failure(http);

    expect([error.name, error.status]).toEqual(['MlflowTimeoutError', undefined]);
    expect(error.message).toBe(
      `GET ${server.url}/version failed (no answer: it took longer than 50 ms with all tries). Look why the server is slow or fails, or ask it with MlflowClient, which waits longer.`,
    );
    expect(server.seen).toHaveLength(1);
  });

  it('never sends twice what would be done twice', async () => {
    const http = await client([{ status: 503 }]);

    await failure(http, { ...get, isRepeatable: false });

    expect(server.seen).toHaveLength(1);
  });

  it('tells of each try that failed and is made again', async () => {
    await client([{ status: 503 }, { status: 429 }, { status: 500 }]);
    const told: string[] = [];
    const environment = { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '2' };
    const connection = readConnection({ trackingUri: server.url, environment, readCredentials: () => undefined });
    const onRetry = ({ name }: MlflowError): void => void told.push(name);

    const error = await failure(new MlflowHttp({ ...connection, onRetry }, { random: () => 0 }));

    expect([told, error.status]).toEqual([['MlflowServerError', 'MlflowRateLimitError'], 500]);
  });

  it('stops while it waits where it is told to, with the error that it waited for', async () => {
    await client([{ status: 503 }]);
    const abort = new AbortController();
    const connection = readConnection({ trackingUri: server.url, environment: {}, readCredentials: () => undefined });
    const onRetry = (): void => void setImmediate(() => abort.abort()); // the wait has begun by then
    const http = new MlflowHttp({ ...connection, onRetry }, { random: () => 1 });

    const error = await failure(http, { ...get, signal: abort.signal });

    expect([error.name, error.status]).toEqual(['MlflowServerError', 503]);
  });

  it('waits by itself', async () => {
    await client([{ status: 503 }, ok]);
    const connection = readConnection({ trackingUri: server.url, environment: {}, readCredentials: () => undefined });

    await expect(new MlflowHttp(connection, { random: () => 0 }).send(get)).resolves.toBe('fine');
  });

  it('stops where it is told to', async () => {
    const http = await client([{ status: 503 }]);

    await failure(http, { ...get, signal: AbortSignal.abort() });

    expect(waits).toEqual([]);
  });

  it.each([
    ['others are there', 'new', 'fine', ['old', 'new']],
    ['there are none', 'old', 'MlflowAuthError', ['old']],
  ])('shows other credentials to a server that refuses some, once, where %s', async (_case, next, expected, shown) => {
    server = await ScriptedServer.start(({ headers }) =>
      headers.authorization === 'old' ? { status: 401 } : { status: 200, body: 'fine' },
    );
    const known = { old: { Authorization: 'old' }, new: { Authorization: 'new' } };
    const { retry } = readConnection({ trackingUri: server.url, environment: {}, readCredentials: () => undefined });
    const authorize = async (refused?: object) => (refused === known.old && next === 'new' ? known.new : known.old);
    const http = new MlflowHttp({ baseUrl: server.url, authorize, retry });

    const outcome = await http.send(get).catch((error: unknown) => (error as MlflowError).name);

    expect(outcome).toBe(expected);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(shown);
  });

  it('cuts what a server says to a readable length', async () => {
    const http = await client([{ status: 400, body: 'x'.repeat(10_000) }]);

    expect((await failure(http)).serverMessage).toHaveLength(501);
  });
});
