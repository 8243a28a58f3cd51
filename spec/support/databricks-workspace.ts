import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** How traces are kept. */
export type StorageKind = 'AWS_PRESIGNED_URL' | 'GCP_SIGNED_URL' | 'AZURE_SAS_URI' | 'AZURE_ADLS_GEN2_SAS_URI';

/** What the workspace is like. */
export interface WorkspaceOptions {
  readonly storage?: StorageKind;
  /** Seconds that its tokens say they are good for. @default 3600 */
  readonly expiresIn?: number;
  /** Whether it tells where tokens are, and who it is. @default true */
  readonly tells?: boolean;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = readonly [status: number, body?: unknown];

export const pat = 'dapi-very-secret';
export const client = { id: 'client-1', secret: 'client-very-secret' };
export const basicUser = { name: 'ada', password: 'basic-very-secret' };
export const workspaceId = '4242';
const encryption = ['x-test-encryption', 'AES256'] as const;

/**
 * A stand-in for a Databricks workspace and the storage of its cloud, on loopback. It is strict: what a real one would refuse it refuses, and
 * remembers in `faults`. Whether a real one answers just so was not tried.
 */
export class DatabricksWorkspace {
  /** What it was asked that it should not have been. */
  readonly faults: string[] = [];
  /** Method and path of each request, in order; those to the storage start with `storage`. */
  readonly seen: string[] = [];
  /** Bodies of the requests that started traces. */
  readonly started: Record<string, unknown>[] = [];
  readonly #options: Required<WorkspaceOptions>;
  readonly #workspace: Server;
  readonly #storage: Server;
  readonly #tokens = new Set<string>();
  readonly #experiments: { readonly experiment_id: string; readonly name: string }[] = [];
  readonly #traces = new Map<string, Record<string, unknown>>();
  readonly #files = new Map<string, string>();
  readonly #uncommitted = new Map<string, string>();
  readonly #refusals: { isForStorage: boolean }[] = [];
  #tokenCount = 0;

  private constructor(options: WorkspaceOptions) {
    this.#options = { storage: 'AWS_PRESIGNED_URL', expiresIn: 3600, tells: true, ...options };
    this.#workspace = serve((call) => this.#answer(call));
    this.#storage = serve((call) => this.#keep(call));
  }

  static async start(options: WorkspaceOptions = {}): Promise<DatabricksWorkspace> {
    const workspace = new DatabricksWorkspace(options);
    await Promise.all([listen(workspace.#workspace), listen(workspace.#storage)]);
    return workspace;
  }

  get url(): string {
    return addressOf(this.#workspace);
  }

  get tokenRequests(): number {
    return this.#tokenCount;
  }

  /** From now on no token that it gave is good. */
  revokeTokens(): void {
    this.#tokens.clear();
  }

  /** The storage refuses its next request, as if the address had expired. */
  refuseOnce(): void {
    this.#refusals.push({ isForStorage: true });
  }

  async stop(): Promise<void> {
    await Promise.all([this.#workspace, this.#storage].map(stop));
  }

  #answer(call: Call): Answer {
    this.seen.push(`${call.method} ${call.path}`);
    if (call.path.startsWith('/.well-known/') || call.path.startsWith('/oidc/')) return this.#answerStranger(call);
    if (!this.#isKnown(call.headers.authorization))
      return [401, { error_code: 401, message: 'Credential was not sent' }];
    // Python's client tells it where it has found it out; ours always does.
    const id = call.headers['x-databricks-org-id'];
    if (this.#options.tells && id !== workspaceId)
      return this.#fault(`${call.path} without the id of the workspace`, 400);
    if (call.path === '/v1/traces') return this.#fault('OpenTelemetry for an experiment', 404);
    return call.path.startsWith('/api/2.0/mlflow/experiments/')
      ? this.#answerExperiments(call)
      : this.#answerTraces(call);
  }

  /** What is told to whoever asks. */
  #answerStranger({ method, path, headers, body }: Call): Answer {
    if (path === '/oidc/v1/token' && method === 'POST') return this.#giveToken(headers, new URLSearchParams(body));
    if (headers.authorization !== undefined) return this.#fault(`credentials shown to ${path}`, 400);
    if (!this.#options.tells) return [404, 'nothing here'];
    if (path === '/.well-known/databricks-config')
      return [200, { oidc_endpoint: `${this.url}/oidc`, workspace_id: workspaceId, cloud: 'AWS' }];
    return [
      200,
      { token_endpoint: `${this.url}/oidc/v1/token`, authorization_endpoint: `${this.url}/oidc/v1/authorize` },
    ];
  }

  #giveToken(headers: IncomingHttpHeaders, form: URLSearchParams): Answer {
    this.#tokenCount += 1;
    const expected = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`;
    if (headers.authorization !== expected)
      return [401, { error: 'invalid_client', error_description: 'no such client' }];
    if (form.get('grant_type') !== 'client_credentials' || form.get('scope') !== 'all-apis')
      return this.#fault('a token asked for in another way', 400);
    const token = `token-very-secret-${this.#tokenCount}`;
    this.#tokens.add(`Bearer ${token}`);
    return [200, { access_token: token, token_type: 'Bearer', expires_in: this.#options.expiresIn }];
  }

  #isKnown(authorization = ''): boolean {
    const basic = `Basic ${Buffer.from(`${basicUser.name}:${basicUser.password}`).toString('base64')}`;
    return authorization === `Bearer ${pat}` || authorization === basic || this.#tokens.has(authorization);
  }

  #answerExperiments({ path, query, body }: Call): Answer {
    const asked = path.split('/').at(-1);
    if (asked === 'create') {
      const { name } = JSON.parse(body) as { name: string };
      if (!name.startsWith('/')) return this.#fault(`an experiment '${name}' that is no path`, 400);
      this.#experiments.push({ experiment_id: String(1_000_000_000_000_000 + this.#experiments.length), name });
      return [200, { experiment_id: this.#experiments.at(-1)?.experiment_id }];
    }
    const found = this.#experiments.find(
      ({ name, experiment_id: id }) => name === query.get('experiment_name') || id === query.get('experiment_id'),
    );
    if (found === undefined) return missing;
    return [200, { experiment: { ...found, lifecycle_stage: 'active' } }];
  }

  #answerTraces({ method, path, body }: Call): Answer {
    if (method === 'POST' && path === '/api/3.0/mlflow/traces') return this.#startTrace(body);
    if (method === 'POST' && path.endsWith('/traces/search')) return this.#search(body);
    const [, id = '', way] = /\/mlflow\/traces\/([^/]+)(?:\/credentials-for-data-(upload|download))?$/.exec(path) ?? [];
    const info = this.#traces.get(decodeURIComponent(id));
    if (info === undefined) return missing;
    if (way === undefined) return [200, { trace: { trace_info: info } }];
    if (way === 'download' && !this.#files.has(`/bucket/${id}/traces.json`)) return missing;
    return [200, { credential_info: this.#sign(`/bucket/${id}/traces.json`, way) }];
  }

  #startTrace(body: string): Answer {
    const { trace } = JSON.parse(body) as { trace: { trace_info: Record<string, unknown> } };
    const { trace_info: info } = trace;
    const { request_preview: request = '', response_preview: response = '' } = info;
    if (String(request).length > 10_000 || String(response).length > 10_000)
      return this.#fault('a preview too long', 400);
    this.started.push(info);
    const id = String(info['trace_id']);
    const { mlflow_experiment: experiment } = info['trace_location'] as {
      mlflow_experiment: { experiment_id: string };
    };
    const location = `dbfs:/databricks/mlflow-tracking/${experiment.experiment_id}/${id}`;
    const kept = { ...info, tags: { ...(info['tags'] as object), 'mlflow.artifactLocation': location } };
    this.#traces.set(id, kept);
    return [200, { trace: { trace_info: kept } }];
  }

  #search(body: string): Answer {
    const { locations } = JSON.parse(body) as { locations: unknown[] };
    const wanted = new Set(locations.map((location) => JSON.stringify(location)));
    const traces = [...this.#traces.values()].filter((info) => wanted.has(JSON.stringify(info['trace_location'])));
    const newest = traces.toSorted((a, b) => String(b['request_time']).localeCompare(String(a['request_time'])));
    return [200, newest.length === 0 ? {} : { traces: newest }];
  }

  #sign(path: string, way: string): object {
    const query = `sig=${signatureOf(path, way)}&se=2030-01-01T00%3A00%3A00Z&sp=a%2Fb+c`;
    const headers = way === 'upload' ? [{ name: encryption[0], value: encryption[1] }] : [];
    return { type: this.#options.storage, signed_uri: `${addressOf(this.#storage)}${path}?${query}`, headers };
  }

  /** The cloud's storage. */
  #keep(call: Call): Answer {
    const { method, path, query, headers } = call;
    this.seen.push(`storage ${method}${query.has('action') ? ` ${query.get('action')}` : ''}`);
    const isRead = method === 'GET';
    if (headers.authorization !== undefined) return this.#fault('credentials shown to the storage', 400);
    if (headers['x-databricks-org-id'] !== undefined) return this.#fault('the workspace told to the storage', 400);
    const isSigned =
      query.get('sig') === signatureOf(path, isRead ? 'download' : 'upload') && query.get('sp') === 'a/b c';
    if (!isSigned || this.#refusals.pop() !== undefined)
      return [403, `<Error><Code>AccessDenied</Code><StringToSign>sig=${query.get('sig')}</StringToSign></Error>`];
    if (isRead)
      return this.#files.has(path) ? [200, this.#files.get(path)] : [404, '<Error><Code>NoSuchKey</Code></Error>'];
    if (headers[encryption[0]] !== encryption[1]) return this.#fault('an upload without the headers it was told', 400);
    return this.#options.storage === 'AZURE_ADLS_GEN2_SAS_URI' ? this.#keepInSteps(call) : this.#keepAtOnce(call);
  }

  #keepAtOnce({ method, path, query, headers, body }: Call): Answer {
    if (method !== 'PUT') return this.#fault(`${method} to the storage`, 405);
    const isBlob = this.#options.storage === 'AZURE_SAS_URI';
    if (query.get('comp') !== null) return this.#keepBlocks({ query, path, body });
    if (isBlob !== (headers['x-ms-blob-type'] === 'BlockBlob')) return this.#fault('a blob of another kind', 400);
    this.#files.set(path, body);
    return [isBlob ? 201 : 200];
  }

  /** As Python's client sends a blob: blocks, then their list. */
  #keepBlocks({ query, path, body }: Pick<Call, 'query' | 'path' | 'body'>): Answer {
    if (query.get('comp') === 'block') this.#uncommitted.set(path, (this.#uncommitted.get(path) ?? '') + body);
    else this.#files.set(path, this.#uncommitted.get(path) ?? '');
    return [201];
  }

  #keepInSteps({ method, path, query, body }: Call): Answer {
    if (method === 'PUT' && query.get('resource') === 'file') {
      this.#uncommitted.set(path, '');
      return [201];
    }
    const held = this.#uncommitted.get(path);
    if (method !== 'PATCH' || held === undefined) return this.#fault(`${method} to a file that was not made`, 400);
    if (query.get('action') === 'append') {
      this.#uncommitted.set(path, held.slice(0, Number(query.get('position'))) + body);
      if (query.get('flush') === 'true') this.#files.set(path, held + body);
      return [202];
    }
    if (Number(query.get('position')) !== Buffer.byteLength(held)) return this.#fault('flushed at another place', 400);
    this.#files.set(path, held);
    return [200];
  }

  #fault(what: string, status: number): Answer {
    this.faults.push(what);
    return [status, { error_code: 'INVALID_PARAMETER_VALUE', message: what }];
  }
}

const missing: Answer = [404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'not here' }];

function signatureOf(path: string, way: string): string {
  return createHash('sha256').update(`${path} ${way} signature-very-secret`).digest('hex');
}

function serve(answer: (call: Call) => Answer): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', headers } = request;
      const url = new URL(request.url ?? '', 'http://loopback');
      const bytes = Buffer.concat(chunks);
      const body = (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
      const [status, content = ''] = answer({ method, path: url.pathname, query: url.searchParams, headers, body });
      const isText = typeof content === 'string';
      response.writeHead(status, { 'Content-Type': isText ? 'text/plain' : 'application/json' });
      response.end(isText ? content : JSON.stringify(content));
    });
  });
}

function listen(server: Server): Promise<void> {
  return new Promise((done) => server.listen(0, '127.0.0.1', done));
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}
