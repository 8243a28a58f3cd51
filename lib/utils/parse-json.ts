/** Parsed JSON, or `undefined` where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Quotes the nanosecond fields of a trace's JSON text before it is parsed: they lie beyond 2^53, where a number would be rounded.
 * A quote inside a JSON string is always escaped, so the pattern meets keys only.
 */
export function quoteNanoseconds(json: string): string {
  return json.replace(/(?<!\\)"((?:start_|end_)?time_unix_nano)"\s*:\s*(\d{15,})(?![\d.eE])/g, '"$1":"$2"');
}
