import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { MlflowHttp } from '../../../lib/exporters/mlflow/mlflow-http.js';
import { openConnection } from '../../../lib/exporters/mlflow/open-connection.js';
import { readCredentials } from '../../../lib/exporters/mlflow/read-credentials.js';
import { findMlflow } from '../../support/python.js';
import { ScriptedServer } from '../../support/scripted-server.js';
import { temporaryFolders } from '../../support/temporary-folder.js';

interface Case {
  readonly environment: Readonly<Record<string, string>>;
  /** The text of `~/.mlflow/credentials`. */
  readonly file?: string;
  /** @default a server that answers */
  readonly server?: 'busy' | 'busy for a second';
}

const user = { MLFLOW_TRACKING_USERNAME: 'ada', MLFLOW_TRACKING_PASSWORD: 'pw: é' };
const token = { MLFLOW_TRACKING_TOKEN: 'abc' };
const file =
  '[other]\nmlflow_tracking_username = no\n[mlflow]\nMLFLOW_TRACKING_USERNAME = eve\nmlflow_tracking_password: s = 1\n';
const quick = { MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: '0', MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: '0' };
const cases: Readonly<Record<string, Case>> = {
  nothing: { environment: {} },
  'user and password': { environment: user },
  'a token': { environment: token },
  'user and password and a token': { environment: { ...user, ...token } },
  'a user and a token': { environment: { MLFLOW_TRACKING_USERNAME: 'ada', ...token } },
  'a file': { environment: {}, file },
  'a file and a token': { environment: token, file },
  'a file and a user': { environment: { MLFLOW_TRACKING_USERNAME: 'ada' }, file },
  'a file whose default holds the user': {
    environment: {},
    file: '[DEFAULT]\nmlflow_tracking_username = eve\n[mlflow]\nmlflow_tracking_password = s\n',
  },
  'a file with a percent sign': { environment: {}, file: file.replace('s = 1', '100%% %%%%') },
  'a file of others and a token': { environment: token, file: '[other]\na = b\n' },
  'a file of a default alone and a token': { environment: token, file: file.replace('[mlflow]', '[DEFAULT]') },
  'a workspace': { environment: { MLFLOW_WORKSPACE: 'team' } },
  'two retries': { environment: { ...quick, MLFLOW_HTTP_REQUEST_MAX_RETRIES: '2' }, server: 'busy' },
  'no retries': { environment: { MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' }, server: 'busy' },
  'a wait that the server asks for': {
    environment: { ...quick, MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1' },
    server: 'busy for a second',
  },
  'no wait that the server asks for': {
    environment: { ...quick, MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1', MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER: '0' },
    server: 'busy for a second',
  },
};

/** One request for each case, made by Python's own client; prints the seconds that it would wait in each. */
const program = `
import json, os, sys, time
from mlflow.utils.credentials import get_default_host_creds
from mlflow.utils.rest_utils import http_request
from mlflow.utils import workspace_context
base = dict(os.environ)
waits = {}
for name, case in json.loads(sys.argv[2]).items():
    os.environ.clear()
    os.environ.update({**base, **case['environment'], 'HOME': case['home']})
    waits[name] = []
    time.sleep = waits[name].append
    try:
        http_request(get_default_host_creds(sys.argv[1]), '/python?case=' + name.replace(' ', '+'), 'GET')
    except Exception:
        pass
print(json.dumps(waits))
`;

const found = findMlflow();
const newFolder = temporaryFolders();

describe.skipIf('skip' in found)(`the environment${'skip' in found ? `: ${found.skip}` : ''}`, () => {
  let server: ScriptedServer;
  /** In seconds, by client and case. */
  const waits: Record<'ours' | 'python', Record<string, readonly number[]>> = { ours: {}, python: {} };

  beforeAll(async () => {
    server = await ScriptedServer.start(({ url }) => {
      const { server: mood } = cases[new URL(url, server.url).searchParams.get('case') ?? ''] ?? {};
      if (mood === undefined) return { status: 200 };
      return { status: 503, headers: mood === 'busy' ? {} : { 'Retry-After': '1' } };
    });
    const told = Object.entries(cases).map(([name, { environment, file: text }]) => [
      name,
      { environment, home: homeWith(text) },
    ]);
    if ('skip' in found) return;
    const args = ['-W', 'ignore', '-c', program, server.url, JSON.stringify(Object.fromEntries(told))];
    const env = { PATH: process.env['PATH'], MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true' };
    const { stdout } = await promisify(execFile)(found.python, args, { env, timeout: 120_000 });
    waits.python = JSON.parse(stdout) as Record<string, number[]>;
  });

  afterAll(() => server.stop());

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  function homeWith(text: string | undefined): string {
    const home = newFolder();
    mkdirSync(join(home, '.mlflow'));
    if (text !== undefined) writeFileSync(join(home, '.mlflow', 'credentials'), text);
    return home;
  }

  /** What one client's requests said, and how many seconds it waited between them; Python does not wait for no time. */
  function seenOf(who: 'ours' | 'python', name: string): object {
    const path = `/${who}?case=${name.replaceAll(' ', '+')}`;
    const requests = server.seen.filter(({ url }) => url === path);
    return {
      said: requests.map(({ headers }) => [headers.authorization, headers['x-mlflow-workspace']]),
      waits: waits[who][name]?.filter((seconds) => seconds > 0),
    };
  }

  it.each(Object.keys(cases))('means to us what it means to Python: %s', async (name) => {
    for (const [variable, value] of Object.entries(cases[name]?.environment ?? {})) vi.stubEnv(variable, value);
    vi.stubEnv('HOME', homeWith(cases[name]?.file));
    const connection = openConnection({ trackingUri: server.url, environment: process.env, readCredentials });
    const query = [['case', name]] as const;
    const waited: number[] = [];
    const wait = async (ms: number): Promise<number> => waited.push(ms / 1000);

    await new MlflowHttp(connection, { wait }).send({ method: 'GET', path: '/ours', query }).catch(() => undefined);
    waits.ours[name] = waited;

    expect(seenOf('ours', name)).toEqual(seenOf('python', name));
    expect(seenOf('python', name)).not.toEqual({ said: [], waits: [] });
  });
});
