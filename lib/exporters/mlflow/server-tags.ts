/** Tags by which a server finds the spans of a trace, and those of its archive. */
export const serverTags: ReadonlySet<string> = new Set([
  'mlflow.artifactLocation',
  'mlflow.trace.spansLocation',
  'mlflow.trace.archiveLocation',
  'mlflow.trace.archivalFailure',
]);

/** Whether a tag is the server's own: it is none of a trace, and nobody else may set it. */
export function isServerTag(key: string): boolean {
  return serverTags.has(key);
}
