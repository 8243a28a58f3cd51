import { parseJson } from '../../../utils/parse-json.js';
import { isRecord } from '../../../utils/records.js';
import type { MlflowConnection, RequestHeaders } from '../connection.js';
import { MlflowServerError } from '../mlflow-errors.js';
import { MlflowHttp } from '../mlflow-http.js';
import type { WorkspaceCredentials } from './configuration.js';
import { findTokenEndpoint, type HostFacts } from './discover-host.js';

/** A token, and for how long it is good. */
export interface Token {
  readonly authorization: string;
  readonly expiresInMs: number;
}

/** How long before its end a token is renewed, at the most; of a short one, half its time. */
const earlyMs = 5 * 60_000;

interface Held {
  readonly headers: RequestHeaders;
  readonly staleAtMs: number;
  readonly expiresAtMs: number;
}

/** The headers of a token that is renewed in time, or when a server refuses it; however many ask, one request for it is on its way. */
export class OauthToken {
  readonly #request: () => Promise<Token>;
  readonly #own: RequestHeaders;
  readonly #now: () => number;
  #held: Held | undefined;
  #renewing: Promise<Held> | undefined;

  /** `own` go with the token in each request. */
  constructor(request: () => Promise<Token>, own: RequestHeaders, now: () => number = Date.now) {
    this.#request = request;
    this.#own = own;
    this.#now = now;
  }

  /** @throws {MlflowError} where there is no token, and none to be had. */
  async headers(refused?: RequestHeaders): Promise<RequestHeaders> {
    const held = this.#held;
    if (held === undefined || held.headers === refused || this.#now() >= held.expiresAtMs)
      return (await this.#renew()).headers;
    // It is good for a while yet: nobody waits for the next, and a failure can be made good.
    if (this.#now() >= held.staleAtMs) this.#renew().catch(() => undefined);
    return held.headers;
  }

  #renew(): Promise<Held> {
    this.#renewing ??= this.#hold().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #hold(): Promise<Held> {
    const { authorization, expiresInMs } = await this.#request();
    const expiresAtMs = this.#now() + expiresInMs;
    this.#held = {
      headers: { Authorization: authorization, ...this.#own },
      staleAtMs: expiresAtMs - Math.min(earlyMs, expiresInMs / 2),
      expiresAtMs,
    };
    return this.#held;
  }
}

/** How token requests are tried, and what helps where they are refused. */
export type TokenPolicy = Pick<MlflowConnection, 'retry' | 'remedies'>;

/** Who asks for a token, and where. */
export interface TokenRequest {
  readonly credentials: Extract<WorkspaceCredentials, { readonly kind: 'oauth-m2m' }>;
  readonly host: string;
  readonly facts: HostFacts;
}

/** @throws {MlflowError} where the workspace gives none. */
export async function requestToken({ credentials, host, facts }: TokenRequest, policy: TokenPolicy): Promise<Token> {
  const url = await findTokenEndpoint(host, facts, policy.retry);
  const { clientId, clientSecret } = credentials;
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const http = new MlflowHttp({
    ...policy,
    baseUrl: url,
    isBackground: true, // the request that needs it holds the process
    authorize: async () => ({ Authorization: `Basic ${basic}` }),
  });
  const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'all-apis' });
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const answer = await http.send({ method: 'POST', path: '', body: { bytes: Buffer.from(String(form)), headers } });
  const token = tokenIn(parseJson(answer));
  if (token !== undefined) return token;
  const failed = { method: 'POST', url, status: 200, serverMessage: 'an answer without a token' };
  throw new MlflowServerError(failed, 'Check that DATABRICKS_HOST is the address of a workspace.');
}

function tokenIn(json: unknown): Token | undefined {
  if (!isRecord(json)) return undefined;
  const { access_token: text, token_type: type = 'Bearer', expires_in: seconds } = json;
  if (typeof text !== 'string' || text === '') return undefined;
  return { authorization: `${String(type)} ${text}`, expiresInMs: Math.max(0, Number(seconds) * 1000 || 0) };
}
