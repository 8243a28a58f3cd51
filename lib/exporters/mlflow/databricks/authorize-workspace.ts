import type { Authorize, RequestHeaders } from '../connection.js';
import type { WorkspaceConfiguration, WorkspaceCredentials } from './configuration.js';
import { discoverHost, type HostFacts } from './discover-host.js';
import { OauthToken, requestToken, type TokenPolicy } from './oauth-token.js';

/** Finds out once what the workspace is, then lets requests in. */
export async function authorizeWorkspace(
  configuration: WorkspaceConfiguration,
  policy: TokenPolicy,
): Promise<Authorize> {
  const { credentials } = configuration;
  const facts = await factsOf(configuration, policy);
  const own: RequestHeaders = facts.workspaceId === undefined ? {} : { 'x-databricks-org-id': facts.workspaceId };
  if (credentials.kind === 'oauth-m2m') {
    const token = new OauthToken(() => requestToken({ credentials, host: configuration.host, facts }, policy), own);
    return (refused) => token.headers(refused);
  }
  const headers = { Authorization: authorization(credentials), ...own };
  return async () => headers;
}

function authorization(credentials: Exclude<WorkspaceCredentials, { readonly kind: 'oauth-m2m' }>): string {
  if (credentials.kind === 'pat') return `Bearer ${credentials.token}`;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}

async function factsOf(configuration: WorkspaceConfiguration, policy: TokenPolicy): Promise<HostFacts> {
  const { workspaceId, credentials } = configuration;
  if (workspaceId !== undefined && credentials.kind !== 'oauth-m2m') return { workspaceId, oidcRoot: undefined };
  const facts = await discoverHost(configuration, policy.retry);
  return { ...facts, workspaceId: workspaceId ?? facts.workspaceId };
}
