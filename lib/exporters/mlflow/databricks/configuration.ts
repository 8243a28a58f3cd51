import { ConfigurationError } from '../../../errors.js';
import type { Environment } from '../environment.js';
import { decodeUriPart, shownUri } from '../uri-parts.js';
import { readProfile } from './profiles.js';

/** A workspace, and how to be let in. */
export interface WorkspaceConfiguration {
  /** With its scheme, without a slash at its end. */
  readonly host: string;
  readonly credentials: WorkspaceCredentials;
  /** `undefined`: the workspace is asked for it. */
  readonly workspaceId: string | undefined;
  readonly accountId: string | undefined;
}

export type WorkspaceCredentials =
  | { readonly kind: 'pat'; readonly token: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'oauth-m2m'; readonly clientId: string; readonly clientSecret: string };

/** The keys of a profile, and the variables that come before them. */
const variables = {
  host: 'DATABRICKS_HOST',
  token: 'DATABRICKS_TOKEN',
  username: 'DATABRICKS_USERNAME',
  password: 'DATABRICKS_PASSWORD',
  client_id: 'DATABRICKS_CLIENT_ID',
  client_secret: 'DATABRICKS_CLIENT_SECRET',
  auth_type: 'DATABRICKS_AUTH_TYPE',
  workspace_id: 'DATABRICKS_WORKSPACE_ID',
  account_id: 'DATABRICKS_ACCOUNT_ID',
} as const;

type Key = keyof typeof variables;
type Values = Readonly<Partial<Record<Key, string>>>;

/** What each kind of credentials is made of. */
const kinds: Readonly<Record<WorkspaceCredentials['kind'], readonly [Key, ...Key[]]>> = {
  pat: ['token'],
  basic: ['username', 'password'],
  'oauth-m2m': ['client_id', 'client_secret'],
};

/** Whether a tracking URI names a workspace: `databricks`, or `databricks://profile`. */
export function isWorkspaceUri(uri: string): boolean {
  return /^databricks(:|$)/.test(uri);
}

/**
 * What Databricks' own clients would do with the same environment and file: the environment comes first; the file counts if a profile
 * is named, or the environment says neither where nor how.
 *
 * @throws {ConfigurationError} where the workspace or the credentials are not told, or are told in two ways.
 */
export function readWorkspace(uri: string, environment: Environment): WorkspaceConfiguration {
  const profile = profileIn(uri) ?? (environment['DATABRICKS_CONFIG_PROFILE'] || undefined);
  const told = pick((key) => environment[variables[key]]);
  const isEnough = told.host !== undefined || usedKinds(told).length > 0;
  const path = environment['DATABRICKS_CONFIG_FILE'] || undefined;
  const stored = profile === undefined && isEnough ? undefined : readProfile({ profile, path });
  const values = { ...pick((key) => stored?.get(key)), ...told };
  return {
    host: hostIn(values),
    credentials: credentialsIn(values),
    workspaceId: values.workspace_id,
    accountId: values.account_id,
  };
}

/** `undefined` for `databricks` alone. */
function profileIn(uri: string): string | undefined {
  if (uri === 'databricks') return undefined;
  const profile = decodeUriPart(/^databricks:\/\/([^/:]+)\/?$/.exec(uri)?.[1] ?? '');
  if (profile) return profile;
  throw new ConfigurationError(
    `The tracking URI must be 'databricks' or 'databricks://profile', but is '${shownUri(uri)}'. Set trackingUri or MLFLOW_TRACKING_URI to one of these; profiles stand in ~/.databrickscfg.`,
  );
}

/** What is empty counts as not set. */
function pick(valueOf: (key: Key) => string | undefined): Values {
  const keys = Object.keys(variables) as Key[]; // its own keys
  return Object.fromEntries(keys.flatMap((key) => (valueOf(key) ? [[key, valueOf(key)]] : [])));
}

function usedKinds(values: Values): readonly WorkspaceCredentials['kind'][] {
  const all = Object.keys(kinds) as WorkspaceCredentials['kind'][]; // its own keys
  return all.filter((kind) => kinds[kind].some((key) => values[key] !== undefined));
}

function hostIn({ host = '' }: Values): string {
  const address = host.includes('://') ? host : `https://${host}`;
  if (URL.canParse(address)) {
    const { protocol, origin } = new URL(address);
    if (/^https?:$/.test(protocol)) return origin;
  }
  const given = host === '' ? 'is not told' : `cannot be '${shownUri(host)}'`;
  throw new ConfigurationError(
    `The address of the Databricks workspace ${given}. Set DATABRICKS_HOST to https://..., or 'host' in a profile of ~/.databrickscfg.`,
  );
}

function credentialsIn(values: Values): WorkspaceCredentials {
  const kind = kindIn(values);
  const valueOf = (key: Key): string => {
    const value = values[key];
    if (value !== undefined) return value;
    throw new ConfigurationError(
      `The Databricks credentials of the kind '${kind}' lack '${key}'. Set ${variables[key]}, or '${key}' in the profile.`,
    );
  };
  if (kind === 'pat') return { kind, token: valueOf('token') };
  if (kind === 'basic') return { kind, username: valueOf('username'), password: valueOf('password') };
  return { kind, clientId: valueOf('client_id'), clientSecret: valueOf('client_secret') };
}

function kindIn(values: Values): WorkspaceCredentials['kind'] {
  const { auth_type: wanted } = values;
  const used = usedKinds(values);
  if (wanted !== undefined) {
    if (Object.hasOwn(kinds, wanted)) return wanted as WorkspaceCredentials['kind']; // one of its keys
    throw new ConfigurationError(
      `DATABRICKS_AUTH_TYPE is '${wanted}', but only ${Object.keys(kinds).join(', ')} are known here. Use one of these.`,
    );
  }
  const [only] = used;
  if (only !== undefined && used.length === 1) return only;
  throw new ConfigurationError(
    used.length === 0
      ? 'There are no credentials for the Databricks workspace. Set DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, or name a profile of ~/.databrickscfg.'
      : `There are two kinds of Databricks credentials: ${used.join(' and ')}. Set DATABRICKS_AUTH_TYPE to one of them, or take the others away.`,
  );
}
