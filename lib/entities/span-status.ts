/** How a span or trace ended. `UNSET` is OpenTelemetry's word for "nobody said": it counts as fine. */
export interface SpanStatus {
  readonly code: 'OK' | 'ERROR' | 'UNSET';
  /** For `ERROR`: `Type: message` of the exception; else mostly empty. */
  readonly message: string;
}
