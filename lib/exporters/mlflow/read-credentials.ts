import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where Python's MLflow keeps user and password. */
export function readCredentials(): string | undefined {
  try {
    return readFileSync(join(homedir(), '.mlflow', 'credentials'), 'utf8');
  } catch {
    return undefined;
  }
}
