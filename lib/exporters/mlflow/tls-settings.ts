import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../../errors.js';
import { type Environment, flagIn } from './environment.js';

/** What a server's certificate is checked by, and what the client shows of itself; all in PEM. */
export interface TlsSettings {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const insecure = 'MLFLOW_TRACKING_INSECURE_TLS';
const serverPath = 'MLFLOW_TRACKING_SERVER_CERT_PATH';
const clientPath = 'MLFLOW_TRACKING_CLIENT_CERT_PATH';

/**
 * `undefined` where the environment says nothing of certificates.
 *
 * @throws {ConfigurationError} where a certificate is named that cannot be read, or that would not be looked at.
 */
export function readTlsSettings(environment: Environment): TlsSettings | undefined {
  const isInsecure = flagIn(environment, insecure, false);
  const ca = pemIn(environment, serverPath);
  const client = pemIn(environment, clientPath);
  if (isInsecure && ca !== undefined) {
    throw new ConfigurationError(
      `${insecure} and ${serverPath} are both set. Unset one: no certificate would be checked.`,
    );
  }
  if (!isInsecure && ca === undefined && client === undefined) return undefined;
  return {
    rejectUnauthorized: !isInsecure,
    ...(ca === undefined ? {} : { ca }),
    // One file holds both.
    ...(client === undefined ? {} : { cert: client, key: client }),
  };
}

function pemIn(environment: Environment, name: string): string | undefined {
  const path = environment[name];
  if (!path) return undefined;
  const text = textOf(path, name);
  if (text.includes('-----BEGIN ')) return text;
  throw new ConfigurationError(`${name} must name a file in PEM (-----BEGIN ...), but '${path}' is none.`);
}

function textOf(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { message } = cause as Error; // the file system throws no other
    throw new ConfigurationError(`${name} must name a file that can be read: ${message}.`, { cause });
  }
}
