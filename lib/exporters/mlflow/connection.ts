import { ConfigurationError } from '../../errors.js';

/** How to reach a tracking server. */
export interface MlflowConnection {
  /** Without a slash at its end; a path (`--static-prefix`) is kept. */
  readonly baseUrl: string;
  readonly authorize: Authorize;
  readonly retry: RetryLimits;
}

/** Headers of a request. */
export type RequestHeaders = Readonly<Record<string, string>>;

/**
 * What the next request carries to be let in. Told of headers that the server refused (401), it looks for others; the same object
 * again means that there are none.
 *
 * @throws {MlflowError} where it has to ask for a token, and gets none.
 */
export type Authorize = (refused?: RequestHeaders) => Promise<RequestHeaders>;

/** How often and how long a request is tried. */
export interface RetryLimits {
  /** Beyond the first try. */
  readonly maxRetries: number;
  /** Seconds; each further wait is twice as long. */
  readonly backoffFactor: number;
  /** Seconds; up to so much is added to each wait. */
  readonly jitter: number;
  /** Of one try. */
  readonly timeoutMs: number;
  readonly respectsRetryAfter: boolean;
}

/** Where a connection is read from. */
export interface ConnectionSources {
  /** `http(s)://...`; without it MLFLOW_TRACKING_URI. */
  readonly trackingUri: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The text of `~/.mlflow/credentials`, asked for only if the environment holds no credentials. */
  readonly readCredentials: () => string | undefined;
}

/**
 * What Python's MLflow would do with the same environment.
 *
 * @throws {ConfigurationError} for an address or a number that cannot be used.
 */
export function readConnection({ trackingUri, environment, readCredentials }: ConnectionSources): MlflowConnection {
  const url = parseUri(trackingUri ?? environment['MLFLOW_TRACKING_URI'] ?? '');
  const workspace = environment['MLFLOW_WORKSPACE'];
  const headers = {
    ...authorization(url, environment, readCredentials),
    ...(workspace === undefined || workspace === '' ? {} : { 'X-MLFLOW-WORKSPACE': workspace }),
  };
  return {
    baseUrl: `${url.origin}${url.pathname}`.replace(/\/+$/, ''),
    authorize: async () => headers,
    retry: readRetryLimits(environment),
  };
}

function readRetryLimits(environment: ConnectionSources['environment']): RetryLimits {
  return {
    maxRetries: Math.min(10, number(environment, 'MLFLOW_HTTP_REQUEST_MAX_RETRIES', 7)),
    backoffFactor: number(environment, 'MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR', 2),
    jitter: number(environment, 'MLFLOW_HTTP_REQUEST_BACKOFF_JITTER', 1),
    timeoutMs: number(environment, 'MLFLOW_HTTP_REQUEST_TIMEOUT', 120) * 1000,
    respectsRetryAfter: flag(environment, 'MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER', true),
  };
}

function parseUri(uri: string): URL {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ConfigurationError(
      `The tracking URI must be http://... or https://..., but is '${uri}'. Set trackingUri or MLFLOW_TRACKING_URI.`,
    );
  }
  return url;
}

/** User and password of the environment, then the token, then those of the file; those in the address come first. */
function authorization(
  url: URL,
  environment: ConnectionSources['environment'],
  readCredentials: ConnectionSources['readCredentials'],
): Record<string, string> {
  if (url.username !== '') return basic(decodeURIComponent(url.username), decodeURIComponent(url.password));
  const { MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password } = environment;
  if (user && password) return basic(user, password);
  const token = environment['MLFLOW_TRACKING_TOKEN'];
  if (token) return { Authorization: `Bearer ${token}` };
  const stored = credentialsIn(readCredentials() ?? '');
  const name = user || stored['mlflow_tracking_username'];
  const secret = password || stored['mlflow_tracking_password'];
  return name && secret ? basic(name, secret) : {};
}

function basic(user: string, password: string): Record<string, string> {
  return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** The section `[mlflow]` of an INI file. */
function credentialsIn(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const name = /^\s*\[([^\]]*)\]/.exec(line)?.[1];
    if (name !== undefined) section = name;
    const [, key, value] = /^\s*([^#;=:\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (section === 'mlflow' && key !== undefined && value !== undefined) found[key.toLowerCase()] = value;
  }
  return found;
}

function number(environment: ConnectionSources['environment'], name: string, fallback: number): number {
  const text = environment[name];
  if (text === undefined || text.trim() === '') return fallback;
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new ConfigurationError(`${name} must be a number from 0, but is '${text}'.`);
}

function flag(environment: ConnectionSources['environment'], name: string, fallback: boolean): boolean {
  const text = environment[name]?.trim().toLowerCase();
  if (text === undefined || text === '') return fallback;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new ConfigurationError(`${name} must be true or false, but is '${text}'.`);
}
