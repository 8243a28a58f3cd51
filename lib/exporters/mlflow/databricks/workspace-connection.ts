import type { Authorize, MlflowConnection, RetryLimits } from '../connection.js';
import type { WorkspaceConfiguration } from './configuration.js';

const authRemedies = {
  pat: 'Set DATABRICKS_TOKEN to a token that is valid, or renew that of the profile.',
  basic: 'Check DATABRICKS_USERNAME and DATABRICKS_PASSWORD, or those of the profile.',
  'oauth-m2m':
    "Check DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, or those of the profile, and that the service principal's secret is valid.",
} as const;

/** A workspace as a tracking server. What asks for tokens is loaded with the first request. */
export function connectWorkspace(configuration: WorkspaceConfiguration, retry: RetryLimits): MlflowConnection {
  let chosen: Promise<Authorize> | undefined;
  const remedies = { 401: authRemedies[configuration.credentials.kind] };
  return {
    baseUrl: configuration.host,
    authorize: async (refused) => {
      chosen ??= import('../on-demand.js').then((module) =>
        module.authorizeWorkspace(configuration, { retry, remedies }),
      );
      return (await chosen)(refused);
    },
    retry,
    remedies,
    isWorkspace: true,
  };
}
