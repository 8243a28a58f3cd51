import { parseJson } from '../../../utils/parse-json.js';
import { isRecord, recordOf } from '../../../utils/records.js';
import type { MlflowConnection, RequestHeaders } from '../connection.js';
import { MlflowAuthError, MlflowNotFoundError, MlflowPermissionError, MlflowServerError } from '../mlflow-errors.js';
import { MlflowHttp } from '../mlflow-http.js';
import type { SpanFiles } from '../span-files.js';
import type { TraceInfoJson } from '../trace-info-json.js';

/** An address of a cloud's storage that lets in whoever has it, for a while. */
interface SignedAddress {
  readonly type: string;
  readonly url: URL;
  readonly headers: RequestHeaders;
}

type RequestPolicy = Pick<MlflowConnection, 'retry' | 'isBackground' | 'onRetry'>;

/** Files in the storage of a cloud, to which a workspace gives signed addresses. Nothing that lets us into the workspace is shown there. */
export class SignedFiles implements SpanFiles {
  readonly #http: MlflowHttp;
  readonly #policy: RequestPolicy;

  constructor(http: MlflowHttp, { retry, isBackground = false, onRetry }: RequestPolicy) {
    this.#http = http;
    this.#policy = { retry, isBackground, onRetry };
  }

  async write(info: TraceInfoJson, json: string, signal: AbortSignal): Promise<void> {
    const ask = () => this.#address(String(info['trace_id']), 'upload', signal);
    await whileItHolds(ask, (address) => this.#upload(address, Buffer.from(json), signal));
  }

  async read(traceId: string): Promise<string | undefined> {
    try {
      return await whileItHolds(
        () => this.#address(traceId, 'download'),
        (address) => this.#storage(address).send({ ...at(address), method: 'GET', headers: address.headers }),
      );
    } catch (error) {
      if (error instanceof MlflowNotFoundError) return undefined;
      throw error;
    }
  }

  async #upload(address: SignedAddress, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const storage = this.#storage(address);
    const { type, headers } = address;
    if (type === 'AZURE_ADLS_GEN2_SAS_URI') {
      await storage.send({ ...at(address, 'resource=file'), method: 'PUT', headers, signal });
      const append = at(address, 'action=append&position=0');
      await storage.send({ ...append, method: 'PATCH', body: { bytes, headers }, signal });
      const flush = at(address, `action=flush&position=${bytes.length}`);
      await storage.send({ ...flush, method: 'PATCH', headers, signal });
      return;
    }
    const own = type === 'AZURE_SAS_URI' ? { 'x-ms-blob-type': 'BlockBlob' } : {};
    await storage.send({ ...at(address), method: 'PUT', body: { bytes, headers: { ...headers, ...own } }, signal });
  }

  #storage({ url }: SignedAddress): MlflowHttp {
    return new MlflowHttp({ ...this.#policy, baseUrl: url.origin, authorize: async () => ({}), remedies });
  }

  async #address(traceId: string, way: 'upload' | 'download', signal?: AbortSignal): Promise<SignedAddress> {
    const path = `/api/2.0/mlflow/traces/${encodeURIComponent(traceId)}/credentials-for-data-${way}`;
    const answer = recordOf(parseJson(await this.#http.send({ method: 'GET', path, signal })));
    const { type, signed_uri: uri, headers } = recordOf(answer['credential_info']);
    if (typeof uri === 'string' && URL.canParse(uri)) {
      return { type: String(type), url: new URL(uri), headers: headersIn(headers) };
    }
    const failed = { method: 'GET', url: path, status: 200, serverMessage: 'an answer without an address' };
    throw new MlflowServerError(failed, 'Check that this workspace keeps traces of experiments.');
  }
}

const refused =
  'The storage does not take the signed address: check the clock of this machine, and that it may reach the storage.';
const remedies = { 401: refused, 403: refused };

/** An address holds for minutes: where it is refused, another one is asked for, once. */
async function whileItHolds<Value>(
  ask: () => Promise<SignedAddress>,
  act: (address: SignedAddress) => Promise<Value>,
): Promise<Value> {
  const address = await ask();
  try {
    return await act(address);
  } catch (error) {
    if (!(error instanceof MlflowPermissionError || error instanceof MlflowAuthError)) throw error;
    return await act(await ask());
  }
}

/** The path, and what signs it, with what is to be done there. */
function at({ url }: SignedAddress, action?: string): { readonly path: string; readonly signedQuery: string } {
  const { pathname, search } = url;
  if (action === undefined) return { path: pathname, signedQuery: search };
  return { path: pathname, signedQuery: search === '' ? `?${action}` : `${search}&${action}` };
}

function headersIn(list: unknown): RequestHeaders {
  const pairs = Array.isArray(list) ? list.filter(isRecord) : [];
  return Object.fromEntries(pairs.map(({ name, value }) => [String(name), String(value)]));
}
