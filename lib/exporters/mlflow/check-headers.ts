import { ConfigurationError } from '../../errors.js';
import type { RequestHeaders } from './connection.js';

/** Is left out when a value is sent. */
const around = /^[\t\r\n ]+|[\t\r\n ]+$/g;
/** What headers do not take. */
const unsendable = /[^\t\x20-\x7e\x80-\xff]/;

/** @throws {ConfigurationError} for one that cannot be sent: others would repeat its value, and it may be a secret. */
export function checkHeaders(headers: RequestHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!unsendable.test(value.replace(around, ''))) continue;
    throw new ConfigurationError(
      `The header '${name}' cannot be sent: its value holds a line break, or another character that headers do not take. Look at what it is made of: MLFLOW_TRACKING_TOKEN or DATABRICKS_TOKEN, MLFLOW_WORKSPACE, MLFLOW_RUN_ID.`,
    );
  }
}
