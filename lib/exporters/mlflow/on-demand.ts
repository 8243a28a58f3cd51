/*
 * What speaks with servers. It is loaded when the first request is made, all of it at once: a program that sends to no server loads
 * none, and one that does loads one file.
 */
export { authorizeWorkspace } from './databricks/authorize-workspace.js';
export { MlflowApi } from './mlflow-api.js';
export { MlflowTransport } from './mlflow-transport.js';
