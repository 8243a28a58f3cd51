import { clearTimeout, setTimeout } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from 'ky';
import { holdProcess } from '../../utils/hold-process.js';
import { checkHeaders } from './check-headers.js';
import { longestRetryAfterMs, type MlflowConnection, type RequestHeaders } from './connection.js';
import { failureOf, failureWithoutAnswer, hasHungUp, isBusy, isPage } from './failure-of.js';
import {
  MlflowAuthError,
  MlflowCertificateError,
  type MlflowError,
  MlflowRequestError,
  MlflowTimeoutError,
} from './mlflow-errors.js';
import { makeNodeFetch } from './node-fetch.js';
import { storableJson } from './storable.js';

/** One request to a tracking server. */
export interface MlflowRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below the base, with its slash. */
  readonly path: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: { readonly bytes: Uint8Array; readonly headers: Readonly<Record<string, string>> };
  readonly headers?: Readonly<Record<string, string>>;
  /** Goes behind the path just as it is: a signature would not hold otherwise. Who has it is let in, so that no error tells it. */
  readonly signedQuery?: string;
  /** Whether a second request would do what the first did not; most of MLflow's are upserts. @default true */
  readonly isRepeatable?: boolean;
  /**
   * Whether it may go over a connection that was idle, and that the server may have closed. What cannot be sent again needs a fresh one,
   * unless who sends it can help himself. @default as `isRepeatable`
   */
  readonly mayReuseConnection?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What a specification may put in place of the real ones. */
export interface HttpTools {
  readonly wait: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
  readonly random: () => number;
}

/** Where the server asks for none. */
const longestWaitMs = 30_000;
const retriedStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** A server that has the trace but not its spans answers 500 for good, and so does one that is given a name for an experiment's id. */
const finalMessage = /Trace data not stored|invalid literal for int/;

/** Sends requests to a tracking server, and again where that can help. ky is loaded with the first. */
export class MlflowHttp {
  readonly #connection: MlflowConnection;
  readonly #tools: HttpTools;
  readonly #fetch: typeof fetch;
  readonly #fetchAfresh: typeof fetch;

  constructor(connection: MlflowConnection, tools: Partial<HttpTools> = {}) {
    const { tls, retry, isBackground = false } = connection;
    this.#connection = connection;
    const limits = { tls, isBackground, timeoutMs: retry.timeoutMs };
    this.#fetch = makeNodeFetch(limits);
    this.#fetchAfresh = makeNodeFetch({ ...limits, isAlwaysFresh: true });
    this.#tools = {
      wait: (ms, signal) => sleep(ms, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }),
      random: Math.random,
      ...tools,
    };
  }

  /**
   * The text of the answer.
   *
   * @throws {MlflowError} for an answer other than 2xx and for none, after all tries.
   * @throws {ConfigurationError} for credentials that no header can hold.
   */
  async send(request: MlflowRequest): Promise<string> {
    const outcome = await this.#answer(request);
    if ('text' in outcome) return outcome.text;
    throw outcome.error;
  }

  /** As `send`, but `undefined` where the server knows nothing of what is asked for. */
  async find(request: MlflowRequest): Promise<string | undefined> {
    const outcome = await this.#answer(request);
    if ('text' in outcome) return outcome.text;
    if (outcome.isUnknown) return undefined;
    throw outcome.error;
  }

  /** Who waits for it holds the process: neither its connections nor its waits do. */
  #answer(request: MlflowRequest): Promise<Outcome> {
    const { allTriesMs } = this.#connection.retry;
    const outcome = allTriesMs === undefined ? this.#persist(request) : this.#persistFor(allTriesMs, request);
    return this.#connection.isBackground === true ? outcome : holdProcess(outcome);
  }

  /** Whatever is under way then is given up: a request, a wait, or credentials that are asked for. */
  async #persistFor(limitMs: number, request: MlflowRequest): Promise<Outcome> {
    const abort = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Outcome>((resolve) => {
      timer = setTimeout(() => {
        resolve(this.#lateFailure(limitMs, request));
        abort.abort();
      }, limitMs).unref();
    });
    const signals = [abort.signal, request.signal].filter((signal) => signal !== undefined);
    try {
      return await Promise.race([this.#persist({ ...request, signal: AbortSignal.any(signals) }), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #lateFailure(limitMs: number, { method, path }: MlflowRequest): Failure {
    const serverMessage = `it took longer than ${limitMs} ms with all tries`;
    const failed = { method, url: this.#connection.baseUrl + path, status: undefined, serverMessage };
    const remedy = 'Look why the server is slow or fails, or ask it with MlflowClient, which waits longer.';
    return { error: new MlflowTimeoutError(failed, remedy), isUnknown: false, retryAfterMs: undefined };
  }

  async #persist(request: MlflowRequest): Promise<Outcome> {
    for (let tries = 1; ; tries += 1) {
      const outcome = await this.#try(request);
      if ('text' in outcome) return outcome;
      const waitMs = this.#waitAfter(request, outcome, tries);
      if (waitMs === undefined || request.signal?.aborted === true) return outcome;
      this.#connection.onRetry?.(outcome.error);
      try {
        await this.#tools.wait(waitMs, request.signal);
      } catch {
        return outcome;
      }
    }
  }

  async #try(request: MlflowRequest): Promise<Outcome> {
    const { authorize } = this.#connection;
    const credentials = await authorize();
    const outcome = await this.#ask(request, credentials);
    if ('text' in outcome || !(outcome.error instanceof MlflowAuthError)) return outcome;
    const others = await authorize(credentials);
    return others === credentials ? outcome : await this.#ask(request, others);
  }

  async #ask(request: MlflowRequest, credentials: RequestHeaders): Promise<Outcome> {
    const { method, path, body, signedQuery, isRepeatable = true, mayReuseConnection = isRepeatable } = request;
    const { baseUrl, remedies } = this.#connection;
    const url = baseUrl + path;
    const headers = { ...credentials, ...body?.headers, ...request.headers };
    checkHeaders(headers);
    const { default: ky } = await import('ky');
    try {
      const response = await ky(url + (signedQuery ?? ''), {
        ...contentOf(request),
        headers,
        throwHttpErrors: false,
        retry: 0,
        timeout: false, // it has its own, for the whole answer
        fetch: mayReuseConnection ? this.#fetch : this.#fetchAfresh,
      });
      const text = await response.text();
      const { status } = response;
      if (response.ok && !isPage(text)) return { text };
      const error = failureOf(
        { method, url, status, remedies, location: response.headers.get('Location') },
        signedQuery === undefined ? withoutSecret(text, credentials) : storageCodeIn(text),
      );
      return {
        error,
        isUnknown: status === 404 && error.errorCode !== undefined,
        retryAfterMs: retryAfterIn(response.headers),
      };
    } catch (cause) {
      return {
        error: failureWithoutAnswer({ method, url }, cause), // Node's own words: they name the host at the most
        isUnknown: false,
        retryAfterMs: undefined,
      };
    }
  }

  /** `undefined`: it is of no use to try again. */
  #waitAfter(
    { isRepeatable = true }: MlflowRequest,
    { error, retryAfterMs }: Failure,
    tries: number,
  ): number | undefined {
    const { maxRetries, backoffFactor, jitter, respectsRetryAfter } = this.#connection.retry;
    if (!isRepeatable) return undefined;
    // Servers close idle connections unannounced. A fresh one does not fail for it, so that this is no try of its own.
    if (tries === 1 && hasHungUp(error)) return 0;
    if (tries > maxRetries || !isWorthRetrying(error)) return undefined;
    if (respectsRetryAfter && retryAfterMs !== undefined) return Math.min(retryAfterMs, longestRetryAfterMs);
    const longest = Math.min(longestWaitMs, backoffFactor * 1000 * 2 ** (tries - 1));
    return this.#tools.random() * (longest + jitter * 1000);
  }
}

/** What is sent, and until when, in ky's words. */
function contentOf({ method, query, json, body, signal }: MlflowRequest): Options {
  return {
    method,
    ...(query === undefined ? {} : { searchParams: query.map((pair) => [...pair]) }),
    ...(json === undefined ? {} : { json, stringifyJson }),
    ...(body === undefined ? {} : { body: body.bytes as Uint8Array<ArrayBuffer> }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** At half a character the server stops reading, and takes what it has read for all. */
function stringifyJson(json: unknown): string {
  return storableJson(JSON.stringify(json));
}

/** What a server says, without what it was told to be let in: some repeat all that they were sent. */
function withoutSecret(text: string, { Authorization: authorization = '' }: RequestHeaders): string {
  const secret = authorization.slice(authorization.indexOf(' ') + 1).trim();
  return secret === '' ? text : text.replaceAll(secret, '[redacted]');
}

/** All that is told of what a storage says: the rest may repeat what was signed, and how. */
function storageCodeIn(text: string): string {
  return /<Code>(\w+)<|"code":\s*"(\w+)"/.exec(text)?.slice(1).join('') ?? '';
}

type Outcome = { readonly text: string } | Failure;

interface Failure {
  readonly error: MlflowError;
  /** The server itself says that it has no such thing. */
  readonly isUnknown: boolean;
  readonly retryAfterMs: number | undefined;
}

function isWorthRetrying(error: MlflowError): boolean {
  if (error.status === undefined) return !(error instanceof MlflowCertificateError);
  if (error instanceof MlflowRequestError) return error.status === 408 || isBusy(error);
  return retriedStatuses.has(error.status) && !finalMessage.test(error.serverMessage);
}

/** Seconds, or a date. One that has passed, by whichever clock, tells no wait: at once, all tries would be spent within milliseconds. */
function retryAfterIn(headers: Headers): number | undefined {
  const text = headers.get('Retry-After');
  if (text === null) return undefined;
  const seconds = Number(text);
  const ms = Number.isNaN(seconds) ? Date.parse(text) - Date.now() : seconds * 1000;
  return ms > 0 ? ms : undefined;
}
