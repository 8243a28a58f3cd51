import { parseJson } from '../../../utils/parse-json.js';
import { recordOf } from '../../../utils/records.js';
import type { RetryLimits } from '../connection.js';
import { MlflowHttp } from '../mlflow-http.js';
import type { WorkspaceConfiguration } from './configuration.js';

/** What a workspace tells of itself. */
export interface HostFacts {
  readonly workspaceId: string | undefined;
  /** Below this address it tells where tokens are. */
  readonly oidcRoot: string | undefined;
}

/** Nobody waits long for what can be done without. */
const longestDiscoveryMs = 10_000;

/** Never rejects: a workspace need not tell. */
export async function discoverHost(
  { host, accountId }: Pick<WorkspaceConfiguration, 'host' | 'accountId'>,
  retry: RetryLimits,
): Promise<HostFacts> {
  const told = await askWithout(`${host}/.well-known/databricks-config`, retry);
  const { oidc_endpoint: root, workspace_id: id } = told;
  return {
    workspaceId: typeof id === 'string' || typeof id === 'number' ? String(id) : undefined,
    oidcRoot: typeof root === 'string' ? filled(root, accountId)?.replace(/\/+$/, '') : undefined,
  };
}

/** The address of tokens; the usual one where the workspace does not tell. */
export async function findTokenEndpoint(host: string, { oidcRoot }: HostFacts, retry: RetryLimits): Promise<string> {
  const root = oidcRoot ?? `${host}/oidc`;
  const { token_endpoint: told } = await askWithout(`${root}/.well-known/oauth-authorization-server`, retry);
  return typeof told === 'string' && isAsSafe(told, host) ? told : `${host}/oidc/v1/token`;
}

function filled(root: string, accountId: string | undefined): string | undefined {
  return root.includes('{account_id}') && accountId === undefined
    ? undefined
    : root.replaceAll('{account_id}', accountId ?? '');
}

/** A secret that is to go over TLS never goes without. */
function isAsSafe(address: string, host: string): boolean {
  return URL.canParse(address) && (new URL(address).protocol === 'https:' || new URL(address).origin === host);
}

/** Without credentials; empty where there is no answer, or no JSON. */
async function askWithout(address: string, retry: RetryLimits): Promise<Readonly<Record<string, unknown>>> {
  const timeoutMs = Math.min(retry.timeoutMs, longestDiscoveryMs);
  const http = new MlflowHttp({
    baseUrl: address,
    authorize: async () => ({}),
    isBackground: true, // the request that needs it holds the process
    retry: { ...retry, maxRetries: Math.min(retry.maxRetries, 1), timeoutMs },
  });
  try {
    return recordOf(parseJson(await http.send({ method: 'GET', path: '' })));
  } catch {
    return {};
  }
}
