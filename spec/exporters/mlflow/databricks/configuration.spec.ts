import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { ConfigurationError } from '../../../../lib/errors.js';
import {
  readWorkspace,
  type WorkspaceConfiguration,
} from '../../../../lib/exporters/mlflow/databricks/configuration.js';
import { temporaryFolders } from '../../../support/temporary-folder.js';

const newFolder = temporaryFolders();
const host = 'https://dbc.example.com';

afterEach(() => vi.unstubAllEnvs());

interface Case {
  readonly uri?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly file?: string;
}

/** With `file` as the text of `~/.databrickscfg`. */
function read({ uri = 'databricks', environment = {}, file }: Case): WorkspaceConfiguration {
  const home = newFolder();
  vi.stubEnv('HOME', home);
  vi.stubEnv('USERPROFILE', home);
  if (file !== undefined) writeFileSync(join(home, '.databrickscfg'), file);
  return readWorkspace(uri, environment);
}

const file = `# written by a tool
host = https://nobody.example.com
[DEFAULT]
host  = https://default.example.com/
token = default-token
account_id = acc

[team]
host: https://team.example.com
Client_Id = team-client
client_secret = a;b #c = d
workspace_id = 17

[user]
host = user.example.com
username = ada
password = pw
token =

[bare]
token = bare-token
`;
const m2m = { DATABRICKS_CLIENT_ID: 'id', DATABRICKS_CLIENT_SECRET: 'se' };
const pat = { DATABRICKS_HOST: host, DATABRICKS_TOKEN: 'tok' };

it.each<[string, Case, Partial<WorkspaceConfiguration>]>([
  ['the environment', { environment: pat, file }, { host, credentials: { kind: 'pat', token: 'tok' } }],
  [
    'the environment, as a service principal',
    { environment: { DATABRICKS_HOST: 'dbc.example.com/', ...m2m, DATABRICKS_WORKSPACE_ID: '5' } },
    { host, credentials: { kind: 'oauth-m2m', clientId: 'id', clientSecret: 'se' }, workspaceId: '5' },
  ],
  [
    'the profile that is the default',
    { file },
    { host: 'https://default.example.com', credentials: { kind: 'pat', token: 'default-token' }, accountId: 'acc' },
  ],
  [
    'the profile that the file calls so',
    { file: `[__settings__]\ndefault_profile = user\n${file}` },
    { host: 'https://user.example.com', credentials: { kind: 'basic', username: 'ada', password: 'pw' } },
  ],
  [
    'a profile of the address, which takes nothing from the default, with its comments',
    { uri: 'databricks://team', file },
    {
      host: 'https://team.example.com',
      credentials: { kind: 'oauth-m2m', clientId: 'team-client', clientSecret: 'a;b #c = d' },
      workspaceId: '17',
      accountId: undefined,
    },
  ],
  [
    'a profile of the environment, whose other values come first',
    { environment: { DATABRICKS_CONFIG_PROFILE: 'bare', DATABRICKS_HOST: host }, file },
    { host, credentials: { kind: 'pat', token: 'bare-token' } },
  ],
  [
    'the address before the environment',
    { uri: 'databricks://user', environment: { DATABRICKS_CONFIG_PROFILE: 'bare' }, file },
    { host: 'https://user.example.com' },
  ],
  [
    'one of two kinds that is asked for',
    { environment: { ...pat, ...m2m, DATABRICKS_AUTH_TYPE: 'pat' } },
    { credentials: { kind: 'pat', token: 'tok' } },
  ],
])('reads %s', (_where, given, expected) => {
  expect(read(given)).toMatchObject(expected);
});

it('reads a file elsewhere', () => {
  const path = join(newFolder(), 'other.cfg');
  writeFileSync(path, file);
  vi.stubEnv('HOME', join(path, '..'));

  expect(read({ environment: { DATABRICKS_CONFIG_FILE: path } }).host).toBe('https://default.example.com');
  vi.stubEnv('HOME', join(path, '..'));
  expect(readWorkspace('databricks', { DATABRICKS_CONFIG_FILE: '~/other.cfg' }).host).toBe(
    'https://default.example.com',
  );
});

it.each<[string, Case, RegExp]>([
  ['nothing', {}, /address of the Databricks workspace is not told\. Set DATABRICKS_HOST/],
  ['no credentials', { environment: { DATABRICKS_HOST: host }, file }, /no credentials.*Set DATABRICKS_TOKEN/],
  ['credentials alone: the file is not asked', { environment: { DATABRICKS_TOKEN: 'x' }, file }, /is not told/],
  ['a profile that is not encoded', { uri: 'databricks://%zz' }, /but is 'databricks:\/\/%zz'/],
  ['an address with a password', { uri: 'databricks://bob:pw@host' }, /but is 'databricks:\/\/host'/],
  ['a host with a password', { environment: { ...pat, DATABRICKS_HOST: 'ftp://bob:pw@x' } }, /cannot be 'ftp:\/\/x'/],
  ['an address that is none', { environment: { ...pat, DATABRICKS_HOST: 'ftp://x' } }, /cannot be 'ftp:\/\/x'/],
  [
    'half a kind',
    { environment: { ...pat, DATABRICKS_TOKEN: '', DATABRICKS_CLIENT_ID: 'id' } },
    /lack 'client_secret'.*Set DATABRICKS_CLIENT_SECRET/,
  ],
  ['two kinds', { environment: { ...pat, ...m2m } }, /two kinds.*pat and oauth-m2m\. Set DATABRICKS_AUTH_TYPE/],
  [
    'a kind that is not known',
    { environment: { ...pat, DATABRICKS_AUTH_TYPE: 'azure-cli' } },
    /'azure-cli', but only pat, basic, oauth-m2m/,
  ],
  [
    'a profile that is not there',
    { uri: 'databricks://no', file },
    /no profile 'no' in .*\.databrickscfg\. It has DEFAULT, team, user, bare/,
  ],
  ['a profile without a file', { uri: 'databricks://no' }, /no profile 'no'.*It has none/],
  [
    'the section of settings',
    { uri: 'databricks://__settings__', file: '[__settings__]\ntoken=x' },
    /no profile '__settings__'/,
  ],
  ['one slash', { uri: 'databricks:/x' }, /must be 'databricks' or 'databricks:\/\/profile', but is 'databricks:\/x'/],
  ['a scope of secrets', { uri: 'databricks://scope:prefix' }, /but is 'databricks:\/\/scope:prefix'/],
])('refuses %s', (_what, given, message) => {
  expect(() => read(given)).toThrow(ConfigurationError);
  expect(() => read(given)).toThrow(message);
});

it('has each of its variables in the table of the docs', () => {
  const source = readFileSync('lib/exporters/mlflow/databricks/configuration.ts', 'utf8');
  const docs = readFileSync('docs/configuration.md', 'utf8');

  const missing = [...new Set(source.match(/DATABRICKS_[A-Z_]+/g))].filter((name) => !docs.includes(`\`${name}\``));

  expect(missing).toEqual([]);
});
