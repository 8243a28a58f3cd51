import { TracingError } from '../../errors.js';

/** What is known of a request that failed. */
export interface FailedRequest {
  readonly method: string;
  /** Without credentials and query. */
  readonly url: string;
  /** `undefined` if no answer came. */
  readonly status: number | undefined;
  /** What the server itself said, shortened. */
  readonly serverMessage: string;
  /** The server's own name for what went wrong, if it told one. */
  readonly errorCode?: string | undefined;
}

/**
 * A request to an MLflow server failed. Its subclasses tell why; the message tells the request, the server's own words and what to do.
 *
 * @example
 * ```ts
 * const onError = (error: Error) => {
 *   if (error instanceof MlflowError) console.error(error.method, error.url, error.status);
 * };
 * ```
 */
export class MlflowError extends TracingError {
  override name: string = 'MlflowError';
  readonly method: string;
  readonly url: string;
  readonly status: number | undefined;
  readonly serverMessage: string;
  /** The server's own name for the failure (`RESOURCE_DOES_NOT_EXIST`); `undefined` if it told none. */
  readonly errorCode: string | undefined;

  constructor(request: FailedRequest, remedy: string, options?: { readonly cause?: unknown }) {
    const { method, url, status, serverMessage, errorCode } = request;
    const answer = status === undefined ? 'no answer' : `${status}`;
    const said = serverMessage === '' ? '' : `: ${serverMessage}`;
    super(`${method} ${url} failed (${answer}${said}). ${remedy}`, options);
    this.method = method;
    this.url = url;
    this.status = status;
    this.serverMessage = serverMessage;
    this.errorCode = errorCode;
  }
}

/** The server does not know who asks (401). */
export class MlflowAuthError extends MlflowError {
  override name = 'MlflowAuthError' as const;
}

/** The server knows who asks, and does not allow it (403). */
export class MlflowPermissionError extends MlflowError {
  override name = 'MlflowPermissionError' as const;
}

/** The server does not know the experiment, the trace or the route (404). */
export class MlflowNotFoundError extends MlflowError {
  override name = 'MlflowNotFoundError' as const;
}

/** The server refuses requests under the host name by which it was called. */
export class MlflowHostError extends MlflowError {
  override name = 'MlflowHostError' as const;
}

/** A proxy or the server takes no body of this size (413). */
export class MlflowTooLargeError extends MlflowError {
  override name = 'MlflowTooLargeError' as const;
}

/** The server takes no more requests for now (429). */
export class MlflowRateLimitError extends MlflowError {
  override name = 'MlflowRateLimitError' as const;
}

/** The server refuses what it was sent (any other 4xx). */
export class MlflowRequestError extends MlflowError {
  override name = 'MlflowRequestError' as const;
}

/** The server failed (5xx), or answered what no MLflow server answers. */
export class MlflowServerError extends MlflowError {
  override name = 'MlflowServerError' as const;
}

/** The server cannot be reached. */
export class MlflowNetworkError extends MlflowError {
  override name = 'MlflowNetworkError' as const;
}

/** Server and client do not trust each other's certificates. */
export class MlflowCertificateError extends MlflowError {
  override name = 'MlflowCertificateError' as const;
}

/** The server did not answer in time. */
export class MlflowTimeoutError extends MlflowError {
  override name = 'MlflowTimeoutError' as const;
}
