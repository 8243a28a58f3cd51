import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RetryLimits } from '../../../../lib/exporters/mlflow/connection.js';
import { discoverHost, findTokenEndpoint } from '../../../../lib/exporters/mlflow/databricks/discover-host.js';
import { OauthToken, requestToken, type Token } from '../../../../lib/exporters/mlflow/databricks/oauth-token.js';
import { type Reply, ScriptedServer } from '../../../support/scripted-server.js';

const minute = 60_000;
const own = { 'x-own': '1' };

describe('OauthToken', () => {
  let nowMs: number;
  let requests: number;
  let answer: () => Promise<Token>;
  let token: OauthToken;

  beforeEach(() => {
    [nowMs, requests] = [1000, 0];
    answer = async () => ({ authorization: `Bearer ${requests}`, expiresInMs: 60 * minute });
    const request = (): Promise<Token> => {
      requests += 1;
      return answer();
    };
    token = new OauthToken(request, own, () => nowMs);
  });

  it('is asked for once, however many want it', async () => {
    const all = await Promise.all([token.headers(), token.headers(), token.headers()]);

    expect(all).toEqual(Array.from({ length: 3 }, () => ({ Authorization: 'Bearer 1', ...own })));
    expect(await token.headers()).toBe(all[0]);
    expect(requests).toBe(1);
  });

  it('is renewed before it ends, and nobody waits for that', async () => {
    await token.headers();
    nowMs += 56 * minute;

    expect(await token.headers()).toMatchObject({ Authorization: 'Bearer 1' });
    expect(await token.headers()).toMatchObject({ Authorization: 'Bearer 2' });
    expect(requests).toBe(2);
  });

  it('is used to its end where it cannot be renewed', async () => {
    await token.headers();
    answer = () => Promise.reject(new Error('no'));
    nowMs += 59 * minute;

    expect(await token.headers()).toMatchObject({ Authorization: 'Bearer 1' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(await token.headers()).toMatchObject({ Authorization: 'Bearer 1' });
    nowMs += minute;
    await expect(token.headers()).rejects.toThrow('no');
  });

  it('is renewed once for all requests that were refused', async () => {
    const refused = await token.headers();

    const others = await Promise.all([token.headers(refused), token.headers(refused)]);

    expect(others).toEqual(Array.from({ length: 2 }, () => ({ Authorization: 'Bearer 2', ...own })));
    expect(await token.headers(refused)).toBe(others[0]);
    expect(requests).toBe(2);
  });

  it('of a short life is renewed after half of it', async () => {
    answer = async () => ({ authorization: `Bearer ${requests}`, expiresInMs: minute });
    await token.headers();

    nowMs += 29_000;
    await token.headers();
    expect(requests).toBe(1);
    nowMs += 1000;
    await token.headers();
    expect(requests).toBe(2);
  });
});

describe('a workspace that tells where tokens are', () => {
  const retry: RetryLimits = { maxRetries: 0, backoffFactor: 0, jitter: 0, timeoutMs: 5000, respectsRetryAfter: true };
  const credentials = { kind: 'oauth-m2m', clientId: 'id', clientSecret: 'se' } as const;
  const unknown = { workspaceId: undefined, oidcRoot: undefined };
  let server: ScriptedServer;

  afterEach(() => server.stop());

  async function tells(reply: Reply): Promise<string> {
    server = await ScriptedServer.start(() => reply);
    return server.url;
  }

  it.each<[string, Reply, string | undefined, object]>([
    [
      'all',
      { status: 200, body: '{"oidc_endpoint":"https://x/oidc/","workspace_id":7}' },
      undefined,
      { workspaceId: '7', oidcRoot: 'https://x/oidc' },
    ],
    [
      'the account',
      { status: 200, body: '{"oidc_endpoint":"https://x/{account_id}","workspace_id":"7"}' },
      'acc',
      { workspaceId: '7', oidcRoot: 'https://x/acc' },
    ],
    [
      'an account that nobody named',
      { status: 200, body: '{"oidc_endpoint":"https://x/{account_id}"}' },
      undefined,
      unknown,
    ],
    ['a list', { status: 200, body: '[]' }, undefined, unknown],
    ['nothing', { status: 404 }, undefined, unknown],
    ['and hangs up', 'hang up', undefined, unknown],
  ])('tells %s', async (_what, reply, accountId, expected) => {
    const host = await tells(reply);

    expect(await discoverHost({ host, accountId }, retry)).toEqual(expected);
  });

  it.each<[string, (host: string) => string, (host: string) => string]>([
    ['elsewhere, over TLS', () => 'https://tokens.example.com/t', () => 'https://tokens.example.com/t'],
    ['here', (host) => `${host}/t`, (host) => `${host}/t`],
    ['elsewhere, for all to read', () => 'http://tokens.example.com/t', (host) => `${host}/oidc/v1/token`],
    ['in no address', () => 'there', (host) => `${host}/oidc/v1/token`],
  ])('is believed where it tells of tokens %s', async (_where, told, expected) => {
    server = await ScriptedServer.start(() => ({
      status: 200,
      body: JSON.stringify({ token_endpoint: told(server.url) }),
    }));
    const oidcRoot = `${server.url}/root`;

    expect(await findTokenEndpoint(server.url, { ...unknown, oidcRoot }, retry)).toBe(expected(server.url));
    expect(server.seen[0]?.url).toBe('/root/.well-known/oauth-authorization-server');
  });

  it.each<[string, string, object]>([
    [
      'whole',
      '{"access_token":"t","token_type":"Bear","expires_in":60}',
      { authorization: 'Bear t', expiresInMs: 60_000 },
    ],
    ['without a type and an end', '{"access_token":"t"}', { authorization: 'Bearer t', expiresInMs: 0 }],
  ])('gives a token %s', async (_how, body, expected) => {
    const host = await tells({ status: 200, body });

    expect(await requestToken({ credentials, host, facts: unknown }, { retry })).toEqual(expected);
    expect(server.seen.at(-1)).toMatchObject({
      method: 'POST',
      url: '/oidc/v1/token',
      body: 'grant_type=client_credentials&scope=all-apis',
      headers: { authorization: `Basic ${Buffer.from('id:se').toString('base64')}` },
    });
  });

  it.each(['{"access_token":""}', '[]', 'hello'])('is no workspace where it answers %s', async (body) => {
    const host = await tells({ status: 200, body });

    await expect(requestToken({ credentials, host, facts: unknown }, { retry })).rejects.toThrow(
      /without a token\)\. Check that DATABRICKS_HOST/,
    );
  });
});
