import { type ConnectionSources, type MlflowConnection, readConnection, readRetryLimits } from './connection.js';
import { isWorkspaceUri, readWorkspace } from './databricks/configuration.js';
import { connectWorkspace } from './databricks/workspace-connection.js';

/**
 * A tracking server, or a Databricks workspace.
 *
 * @throws {ConfigurationError} for what the environment or a file says that cannot be used.
 */
export function openConnection(sources: ConnectionSources): MlflowConnection {
  const { trackingUri, environment } = sources;
  const uri = trackingUri ?? environment['MLFLOW_TRACKING_URI'] ?? '';
  if (!isWorkspaceUri(uri)) return readConnection(sources);
  return connectWorkspace(readWorkspace(uri, environment), readRetryLimits(environment));
}
