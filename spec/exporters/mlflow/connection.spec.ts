import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../lib/errors.js';
import { type MlflowConnection, readConnection } from '../../../lib/exporters/mlflow/connection.js';

const uri = 'http://server:5000';

function read(environment: Record<string, string>, credentials?: string): MlflowConnection {
  return readConnection({
    trackingUri: undefined,
    environment: { MLFLOW_TRACKING_URI: uri, ...environment },
    readCredentials: () => credentials,
  });
}

async function authorization(environment: Record<string, string>, credentials?: string): Promise<string | undefined> {
  const header = (await read(environment, credentials).authorize())['Authorization'];
  return header?.startsWith('Basic ') ? Buffer.from(header.slice(6), 'base64').toString() : header;
}

const user = { MLFLOW_TRACKING_USERNAME: 'ada', MLFLOW_TRACKING_PASSWORD: 'pw' };
const token = { MLFLOW_TRACKING_TOKEN: 'abc' };
const file =
  '# mine\n[other]\nmlflow_tracking_username = no\n[mlflow]\nMLFLOW_TRACKING_USERNAME = eve\nmlflow_tracking_password: s = 1\n';

describe('the connection to a tracking server', () => {
  it('must have an address', () => {
    expect(() => readConnection({ trackingUri: undefined, environment: {}, readCredentials: () => undefined })).toThrow(
      /Set trackingUri or MLFLOW_TRACKING_URI/,
    );
  });

  it('has the defaults of Python', async () => {
    const connection = read({});

    expect(await connection.authorize()).toEqual({});
    expect(connection).toEqual({
      baseUrl: uri,
      authorize: expect.any(Function),
      retry: { maxRetries: 7, backoffFactor: 2, jitter: 1, timeoutMs: 120_000, respectsRetryAfter: true },
    });
  });

  it.each([
    ['http://server:5000/', 'http://server:5000'],
    ['https://server/mlflow/', 'https://server/mlflow'],
    ['http://ada:pw@server/x', 'http://server/x'],
  ])('takes %s for %s', (given, base) => {
    expect(read({ MLFLOW_TRACKING_URI: given }).baseUrl).toBe(base);
  });

  it.each<[string, Record<string, string>, string | undefined, string | undefined]>([
    ['nobody', {}, undefined, undefined],
    ['a user', user, undefined, 'ada:pw'],
    ['a token', token, undefined, 'Bearer abc'],
    ['a user rather than a token', { ...user, ...token }, undefined, 'ada:pw'],
    ['a token rather than half a user', { MLFLOW_TRACKING_USERNAME: 'ada', ...token }, undefined, 'Bearer abc'],
    ['the address before all', { ...user, MLFLOW_TRACKING_URI: 'http://bob:p%40@server' }, undefined, 'bob:p@'],
    ['a file', {}, file, 'eve:s = 1'],
    ['a user rather than a file', user, file, 'ada:pw'],
    ['a file rather than a token', token, file, 'eve:s = 1'],
    ['the user of the environment and the password of a file', { MLFLOW_TRACKING_USERNAME: 'ada' }, file, 'ada:s = 1'],
    ['a file without a password', {}, '[mlflow]\nmlflow_tracking_username=eve', undefined],
  ])('is authorized by %s', async (_what, environment, credentials, expected) => {
    expect(await authorization(environment, credentials)).toBe(expected);
  });

  it('looks for other credentials where some are refused: a file or the environment may have changed', async () => {
    let stored = file;
    const environment: Record<string, string> = { MLFLOW_TRACKING_URI: uri };
    const { authorize } = readConnection({ trackingUri: undefined, environment, readCredentials: () => stored });

    const first = await authorize();
    expect(await authorize(first)).toBe(first);
    stored = file.replace('eve', 'bob');
    const second = await authorize(first);
    environment['MLFLOW_TRACKING_USERNAME'] = 'ada';
    const third = await authorize(second);

    expect(second).toEqual({ Authorization: `Basic ${btoa('bob:s = 1')}` });
    expect(third).toEqual({ Authorization: `Basic ${btoa('ada:s = 1')}` });
    expect(await authorize(second)).toBe(third); // that of a request made before
    expect(await authorize()).toBe(third);
  });

  it('means what Python means by the environment', async () => {
    const { authorize, retry } = read({
      MLFLOW_WORKSPACE: 'team',
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '99',
      MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: '0.5',
      MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: '0',
      MLFLOW_HTTP_REQUEST_TIMEOUT: '3',
      MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER: '0',
    });
    expect(read({ MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER: 'TRUE' }).retry.respectsRetryAfter).toBe(true);

    expect(await authorize()).toEqual({ 'X-MLFLOW-WORKSPACE': 'team' });
    expect(retry).toEqual({
      maxRetries: 10,
      backoffFactor: 0.5,
      jitter: 0,
      timeoutMs: 3000,
      respectsRetryAfter: false,
    });
  });

  it('waits a day for one try at the most: a timer that is set for a month ends at once', () => {
    expect(read({ MLFLOW_HTTP_REQUEST_TIMEOUT: '9999999' }).retry.timeoutMs).toBe(86_400_000);
  });

  it('takes what is empty for what is not set', async () => {
    const empty = {
      MLFLOW_WORKSPACE: '',
      MLFLOW_HTTP_REQUEST_TIMEOUT: ' ',
      MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER: '',
    };

    const { retry, authorize } = read(empty);
    expect(retry).toEqual(read({}).retry);
    expect(await authorize()).toEqual({});
  });

  it.each([
    ['ftp://bob:hunter2@host/x', "'ftp://host/x'"],
    ['ftp://bob:hun@ter2//hunter2@host', "'ftp://host'"],
    ['http//bob:hunter2@host', "'http//host'"],
    ['http:///bob:hunter2@host:99999', "'http://host:99999'"],
    ['bob:hunter2//hunter2@host', "'host'"],
    ['http://bob:hunter2@host:99999', "'http://host:99999'"],
    ['http://bob:hun%zzter2@host', 'must be percent-encoded'],
    ['http://hun%ter2:x@host', 'must be percent-encoded'],
  ])('never shows a password of an address that it refuses: %s', (wrong, shown) => {
    const refuse = () => read({ MLFLOW_TRACKING_URI: wrong });

    expect(refuse).toThrow(ConfigurationError);
    expect(refuse).toThrow(shown);
    expect(refuse).not.toThrow(/hunter2|hun%/);
  });

  it.each([
    [
      { MLFLOW_TRACKING_URI: 'sqlite:///mlflow.db' },
      /http:\/\/\.\.\. or https:\/\/\.\.\., but is 'sqlite:\/\/\/mlflow\.db'/,
    ],
    [{ MLFLOW_TRACKING_URI: '' }, /but is ''\. Set trackingUri or MLFLOW_TRACKING_URI/],
    [{ MLFLOW_HTTP_REQUEST_TIMEOUT: 'long' }, /MLFLOW_HTTP_REQUEST_TIMEOUT must be a number from 0, but is 'long'/],
    [{ MLFLOW_HTTP_REQUEST_MAX_RETRIES: '-1' }, /MLFLOW_HTTP_REQUEST_MAX_RETRIES must be a number from 0/],
    [{ MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER: 'yes' }, /must be true or false, but is 'yes'/],
  ])('refuses %o', (environment: Record<string, string>, message) => {
    expect(() => read(environment)).toThrow(ConfigurationError);
    expect(() => read(environment)).toThrow(message);
  });
});
