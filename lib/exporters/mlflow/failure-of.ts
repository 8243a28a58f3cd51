import { parseJson } from '../../utils/parse-json.js';
import { recordOf } from '../../utils/records.js';
import type { Remedies } from './connection.js';
import {
  type FailedRequest,
  MlflowAuthError,
  MlflowCertificateError,
  type MlflowError,
  MlflowHostError,
  MlflowNetworkError,
  MlflowNotFoundError,
  MlflowPermissionError,
  MlflowRateLimitError,
  MlflowRequestError,
  MlflowServerError,
  MlflowTimeoutError,
  MlflowTooLargeError,
} from './mlflow-errors.js';

const maxMessageLength = 500;
const addressRemedy =
  'Check that an MLflow server is at this address, with its path (--static-prefix), and that it knows this route.';

interface AnsweredRequest extends Omit<FailedRequest, 'serverMessage' | 'errorCode'> {
  readonly status: number;
  readonly remedies?: Remedies | undefined;
  /** Where the server sends on to. */
  readonly location?: string | null;
}

const usualRemedies: Remedies = {
  401: 'Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.',
  403: 'Ask for the right EDIT (to write) or READ on the experiment.',
};

/** Whether it is made for people, whatever it begins with: MLflow's routes answer with JSON, plain text or nothing. */
export function isPage(body: string): boolean {
  return /^\s*<[!?a-z]/i.test(body);
}

/** What an answer other than 2xx means, or a page in place of the answer. */
export function failureOf(request: AnsweredRequest, body: string): MlflowError {
  const said = recordOf(parseJson(body));
  const serverMessage = messageIn(said, body);
  const errorCode = typeof said['error_code'] === 'string' ? said['error_code'] : undefined;
  const failed = { ...request, serverMessage, errorCode };
  if (/invalid host header/i.test(serverMessage)) return new MlflowHostError(failed, hostRemedy(request.url));
  const remedy = request.remedies?.[request.status] ?? usualRemedies[request.status] ?? '';
  switch (request.status) {
    case 401:
      return new MlflowAuthError(failed, remedy);
    case 403:
      return new MlflowPermissionError(failed, remedy);
    case 404:
      // Proxies and unknown routes answer in HTML or in plain text.
      return new MlflowNotFoundError(
        failed,
        errorCode === undefined ? addressRemedy : 'Check that what is asked for exists.',
      );
    case 413:
      return new MlflowTooLargeError(
        failed,
        'Lower maxSpanLength or maxTraceLength, or allow larger bodies in the proxy.',
      );
    case 429:
      return new MlflowRateLimitError(failed, 'Sample (sampleRatio), or ask for a higher limit.');
    default:
      return otherFailureOf(failed);
  }
}

function otherFailureOf(failed: FailedRequest & AnsweredRequest): MlflowError {
  if (failed.status >= 500) return new MlflowServerError(failed, "Look into the server's log.");
  if (failed.status >= 300 && failed.status < 400) return new MlflowServerError(failed, movedRemedy(failed));
  return failed.status < 400
    ? new MlflowServerError(failed, `It is a page for people, perhaps a proxy's to sign in. ${addressRemedy}`)
    : new MlflowRequestError(failed, 'The server refuses what it was sent; its own words say why.');
}

/** What it means that no answer came. */
export function failureWithoutAnswer(
  request: Omit<FailedRequest, 'serverMessage' | 'errorCode' | 'status'>,
  cause: unknown,
): MlflowError {
  const failed = { ...request, status: undefined, serverMessage: reasonOf(cause) };
  const remedy = certificateRemedy(codeOf(cause));
  if (remedy !== undefined) return new MlflowCertificateError(failed, remedy, { cause });
  return isTimeout(cause)
    ? new MlflowTimeoutError(failed, 'Raise MLFLOW_HTTP_REQUEST_TIMEOUT (seconds), or look why the server is slow.', {
        cause,
      })
    : new MlflowNetworkError(failed, networkRemedy(request.url, cause), { cause });
}

function networkRemedy(url: string, cause: unknown): string {
  if (/wrong version number/.test(reasonOf(cause)))
    return 'What answers there speaks no TLS: set the tracking URI to http://..., or to the port that does.';
  const usual = 'Check that the server runs there and can be reached.';
  return url.startsWith('http:') && isHangUp(cause) ? `${usual} One that speaks TLS is called by https://.` : usual;
}

/** Nothing is sent on by itself: what goes where nobody named it goes without being noticed. */
function movedRemedy({ url, location }: AnsweredRequest): string {
  const target = location && URL.canParse(location, url) ? new URL(location, url) : undefined;
  const where = target === undefined ? 'elsewhere' : `to ${target.origin}${target.pathname}`;
  return `The server sends on ${where}. Set the tracking URI to the address that answers itself.`;
}

function hostRemedy(url: string): string {
  const { host } = new URL(url);
  return `Start the server with --allowed-hosts "${host}", or call it by a name that it allows.`;
}

/** MLflow answers in two JSON forms, in plain text and in HTML. */
function messageIn(json: Readonly<Record<string, unknown>>, body: string): string {
  const said = json['message'] ?? json['detail'];
  const text =
    said === undefined ? body.replace(/<[^>]*>/g, ' ') : typeof said === 'string' ? said : JSON.stringify(said);
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > maxMessageLength ? `${line.slice(0, maxMessageLength)}…` : line;
}

/** `undefined` for what has nothing to do with certificates. */
function certificateRemedy(code: string): string | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'Call the server by a name that its certificate holds.';
  if (code === 'CERT_HAS_EXPIRED') return "Renew the server's certificate.";
  if (/^ERR_SSL_.*(CERTIFICATE|HANDSHAKE)|^ERR_OSSL_/.test(code)) {
    return 'Set MLFLOW_TRACKING_CLIENT_CERT_PATH to a PEM file with a certificate that the server accepts, and its key.';
  }
  if (!/SELF_SIGNED_CERT|^UNABLE_TO_|^CERT_/.test(code)) return undefined;
  return 'Set MLFLOW_TRACKING_SERVER_CERT_PATH to a PEM file with the certificate of the authority that signed it.';
}

/** A busy server says so with a status that elsewhere means a mistake of the client's. */
export function isBusy({ serverMessage }: MlflowError): boolean {
  return /QueuePool limit|database is locked/.test(serverMessage);
}

/** Whether the other side closed the connection. */
export function hasHungUp({ cause }: MlflowError): boolean {
  return cause !== undefined && isHangUp(cause);
}

function isHangUp(cause: unknown): boolean {
  return /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(codeOf(cause));
}

/** fetch hides it in the cause. */
function codeOf(thrown: unknown): string {
  const { cause = thrown } = thrown as Error; // ky and fetch throw errors
  return String((cause as NodeJS.ErrnoException).code);
}

function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'TimeoutError';
}

/** fetch says "fetch failed", and its cause says why; OpenSSL ends its lines. */
function reasonOf(cause: unknown): string {
  const { message, cause: inner } = cause as Error; // ky and fetch throw errors
  return (inner instanceof Error && inner.message !== '' ? inner.message : message).trim();
}
