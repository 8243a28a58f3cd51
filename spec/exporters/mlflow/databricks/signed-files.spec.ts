import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { RetryLimits } from '../../../../lib/exporters/mlflow/connection.js';
import { SignedFiles } from '../../../../lib/exporters/mlflow/databricks/signed-files.js';
import { MlflowHttp } from '../../../../lib/exporters/mlflow/mlflow-http.js';
import { type Reply, ScriptedServer } from '../../../support/scripted-server.js';

const retry: RetryLimits = { maxRetries: 0, backoffFactor: 0, jitter: 0, timeoutMs: 60_000, respectsRetryAfter: true };
const { signal } = new AbortController();
const info = { trace_id: 'tr-1' };

let server: ScriptedServer;

afterEach(() => server.stop());

/** Files of a workspace that gives this address, or says this; the storage is the same server. */
async function files(given: { readonly query?: string; readonly body?: string }, stored: Reply, type = 'X') {
  server = await ScriptedServer.start(({ url }) => {
    if (!url.includes('/credentials-for-data-')) return stored;
    const credential = { type, signed_uri: `${server.url}/f.json${given.query ?? ''}` };
    return { status: 200, body: given.body ?? JSON.stringify({ credential_info: credential }) };
  });
  const http = new MlflowHttp({ baseUrl: server.url, authorize: async () => ({ Authorization: 'Bearer x' }), retry });
  return new SignedFiles(http, { retry: stored === 'hang' ? { ...retry, timeoutMs: 50 } : retry });
}

describe('SignedFiles', () => {
  it('keeps every character of what is signed', async () => {
    const query = '?a=%2Fb+c&d=e%20f&sig=x%3D%3D&g';
    const signed = await files({ query }, { status: 200, body: '{"spans":[]}' });

    await signed.write(info, '{}', signal);

    expect(await signed.read('tr-1')).toBe('{"spans":[]}');
    expect(server.seen.map(({ url }) => url).filter((url) => url.startsWith('/f'))).toEqual([
      `/f.json${query}`,
      `/f.json${query}`,
    ]);
  });

  it('sends in steps where nothing is signed', async () => {
    const signed = await files({}, { status: 200 }, 'AZURE_ADLS_GEN2_SAS_URI');

    await signed.write(info, '{}', signal);

    expect(server.seen.slice(1).map(({ method, url }) => `${method} ${url}`)).toEqual([
      'PUT /f.json?resource=file',
      'PATCH /f.json?action=append&position=0',
      'PATCH /f.json?action=flush&position=2',
    ]);
  });

  it.each(['{}', '[]', 'hello', '{"credential_info":{"signed_uri":"there"}}'])(
    'tells that a workspace gives no address: %s',
    async (body) => {
      const signed = await files({ body }, { status: 200 });

      await expect(signed.read('tr-1')).rejects.toThrow(/without an address\)\. Check that this workspace/);
    },
  );

  it.each<[string, Reply, RegExp]>([
    [
      'refuses',
      { status: 403, body: '<Error><Code>Expired</Code>sig=hush</Error>' },
      /403: Expired\)\. The storage does not/,
    ],
    [
      'knows nobody',
      { status: 401, body: '{"error":{"code":"NoAuth","message":"sig=hush"}}' },
      /401: NoAuth\)\. The storage/,
    ],
    ['fails', { status: 500, body: 'sig=hush' }, /f\.json failed \(500\)/],
    ['hangs up', 'hang up', /MlflowNetworkError.*f\.json failed \(no answer: socket hang up\)/],
    ['hangs', 'hang', /MlflowTimeoutError.*f\.json failed \(no answer: it took longer than \d+ ms\)\. Raise/],
  ])('tells nothing that is signed where the storage %s', async (_what, reply, message) => {
    const signed = await files({ query: '?sig=hush' }, reply);

    const error: unknown = await signed.write(info, '{}', signal).catch((thrown: unknown) => thrown);

    expect(String(error)).toMatch(message);
    expect(inspect(error, { depth: 9 })).not.toContain('hush');
  });

  it('has nothing where the storage has nothing', async () => {
    expect(await (await files({}, { status: 404 })).read('tr-1')).toBeUndefined();
  });

  it('tells that a file could not be read', async () => {
    await expect((await files({}, { status: 400 })).read('tr-1')).rejects.toThrow('400');
  });
});
