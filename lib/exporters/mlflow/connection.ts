import { ConfigurationError } from '../../errors.js';
import { type Environment, flagIn, numberIn } from './environment.js';
import { iniSections } from './ini-sections.js';
import type { MlflowError } from './mlflow-errors.js';
import { readTlsSettings, type TlsSettings } from './tls-settings.js';
import { decodeUriPart, shownUri } from './uri-parts.js';

/** How to reach a tracking server. */
export interface MlflowConnection {
  /** Without a slash at its end; a path (`--static-prefix`) is kept. */
  readonly baseUrl: string;
  readonly authorize: Authorize;
  readonly retry: RetryLimits;
  /** @default as Node does it by itself */
  readonly tls?: TlsSettings | undefined;
  /** What to do where the server answers with these statuses. @default what helps with MLflow's own servers */
  readonly remedies?: Remedies;
  /**
   * Whether it is a Databricks workspace: it takes no OpenTelemetry, keeps spans behind signed addresses, and its experiments are paths.
   * @default false
   */
  readonly isWorkspace?: boolean;
  /** Whether requests that are under way let the process end; who waits for them holds it then. @default false */
  readonly isBackground?: boolean;
  /** Told of each try that failed and is made again. @default nobody */
  readonly onRetry?: ((cause: MlflowError) => void) | undefined;
}

/** By status of an answer. */
export type Remedies = Readonly<Record<number, string>>;

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
  /** Of all tries of a request, with the waits between them. @default what that comes to */
  readonly allTriesMs?: number;
  readonly respectsRetryAfter: boolean;
}

/** The longest wait that a server may ask for. */
export const longestRetryAfterMs = 60_000;
/** Seconds: a timer takes no more than 24 days, and ends at once beyond. */
const longestTimeout = 24 * 60 * 60;

type CredentialSources = Pick<ConnectionSources, 'environment' | 'readCredentials'>;

/** Where a connection is read from. */
export interface ConnectionSources {
  /** `http(s)://...`; without it MLFLOW_TRACKING_URI. */
  readonly trackingUri: string | undefined;
  readonly environment: Environment;
  /** The text of `~/.mlflow/credentials`, asked for only if the environment does not hold both user and password. */
  readonly readCredentials: () => string | undefined;
}

/**
 * What Python's MLflow would do with the same environment.
 *
 * @throws {ConfigurationError} for an address, a number or a certificate that cannot be used.
 */
export function readConnection({ trackingUri, ...sources }: ConnectionSources): MlflowConnection {
  const { environment } = sources;
  const url = parseUri(trackingUri ?? environment['MLFLOW_TRACKING_URI'] ?? '');
  const workspace = environment['MLFLOW_WORKSPACE'];
  const ofWorkspace = workspace === undefined || workspace === '' ? {} : { 'X-MLFLOW-WORKSPACE': workspace };
  return {
    baseUrl: `${url.origin}${url.pathname}`.replace(/\/+$/, ''),
    authorize: authorizeBy(() => ({ ...authorization(sources, url), ...ofWorkspace })),
    retry: readRetryLimits(environment),
    tls: readTlsSettings(environment),
  };
}

/** @throws {ConfigurationError} for what is no number. */
export function readRetryLimits(environment: Environment): RetryLimits {
  return {
    maxRetries: Math.min(10, numberIn(environment, 'MLFLOW_HTTP_REQUEST_MAX_RETRIES', 7)),
    backoffFactor: numberIn(environment, 'MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR', 2),
    jitter: numberIn(environment, 'MLFLOW_HTTP_REQUEST_BACKOFF_JITTER', 1),
    timeoutMs: Math.min(longestTimeout, numberIn(environment, 'MLFLOW_HTTP_REQUEST_TIMEOUT', 120)) * 1000,
    respectsRetryAfter: flagIn(environment, 'MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER', true),
  };
}

function parseUri(uri: string): URL {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ConfigurationError(
      `The tracking URI must be http://... or https://..., but is '${shownUri(uri)}'. Set trackingUri or MLFLOW_TRACKING_URI; for Databricks, to 'databricks'.`,
    );
  }
  return url;
}

/** Credentials may be exchanged while a program runs: where some are refused, they are read again. */
function authorizeBy(read: () => RequestHeaders): Authorize {
  let current = read();
  return async (refused) => {
    if (refused === current) {
      const others = read();
      if (others['Authorization'] !== current['Authorization']) current = others;
    }
    return current;
  };
}

/**
 * Those in the address come first; then user and password, each from the environment, else from the file; then the token. Python's
 * own words say that the token comes first, but it does not.
 */
function authorization({ environment, readCredentials }: CredentialSources, url: URL): Record<string, string> {
  if (url.username !== '') return basic(decoded(url.username), decoded(url.password));
  const { MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password } = environment;
  const stored = user && password ? undefined : storedIn(readCredentials() ?? '');
  const name = user || stored?.('mlflow_tracking_username');
  const secret = password || stored?.('mlflow_tracking_password');
  if (name && secret) return basic(name, secret);
  const token = environment['MLFLOW_TRACKING_TOKEN'];
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/** As Python reads the file: what its default holds, each section holds, and a percent sign is written as two. */
function storedIn(file: string): ((key: string) => string | undefined) | undefined {
  const sections = iniSections(file);
  const own = sections.get('mlflow');
  return own && ((key) => (own.get(key) ?? sections.get('DEFAULT')?.get(key))?.replaceAll('%%', '%'));
}

function decoded(part: string): string {
  const text = decodeUriPart(part);
  if (text !== undefined) return text;
  throw new ConfigurationError(
    "The user and the password in the tracking URI must be percent-encoded ('%' as '%25', '@' as '%40'). Encode them, or set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.",
  );
}

function basic(user: string, password: string): Record<string, string> {
  return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
