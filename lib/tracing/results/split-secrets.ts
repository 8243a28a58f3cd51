import type { Capture } from '../capture/capture.js';

/**
 * Secrets may be split over the chunks of a stream, so that no chunk tells them: at its end the text that they make is judged as
 * well. Where that hides something, it stands in place of its parts.
 *
 * @param json the chunks as a JSON list.
 */
export function hideSplitSecrets(json: string, capture: Capture): string {
  return json.startsWith('["') ? hideInWords(json, capture) : hideInPieces(json, capture);
}

/** Chunks that are texts. */
function hideInWords(json: string, capture: Capture): string {
  // Without escapes the texts stand there as they are, and most hide nothing: they need not be parsed.
  if (!json.includes('\\') && hidesNothing(json.slice('["'.length, -'"]'.length).replaceAll('","', ''), capture))
    return json;
  const words = JSON.parse(json) as readonly unknown[];
  if (!words.every((word) => typeof word === 'string')) return json;
  const text = words.join('');
  const clean = capture.joined(text);
  return clean === text ? json : JSON.stringify([clean]);
}

function hidesNothing(text: string, capture: Capture): boolean {
  return capture.joined(text) === text;
}

/** Under which keys the models of OpenAI, Anthropic, Google and others give their answers and tool calls in pieces. */
const pieceKeys = 'content|text|delta|textDelta|arguments|partial_json|thinking|reasoning|reasoning_content';
const pieceOf = new RegExp(`"(${pieceKeys})":"`, 'g');
/** Answers and tool calls that come side by side have numbers, each before its piece. */
const numberOrPieceOf = new RegExp(`"(?:(${pieceKeys})":"|(?:output_|content_)?index":(\\d+))`, 'g');
const secondNumber = /"(?:output_|content_)?index":[1-9]/;

/** Chunks that hold pieces of a text, each under a key. */
function hideInPieces(json: string, capture: Capture): string {
  const apart = secondNumber.test(json) ? hideInJoined(json, numberOrPieceOf, capture) : json;
  return hideInJoined(apart, pieceOf, capture);
}

function hideInJoined(json: string, pattern: RegExp, capture: Capture): string {
  const hidden = new Map<string, string>();
  for (const [key, escaped] of joinedByKey(json, pattern)) {
    const text = JSON.parse(`"${escaped}"`) as string; // pieces of JSON texts make one
    const clean = capture.joined(text);
    if (clean !== text) hidden.set(key, JSON.stringify(clean).slice(1, -1));
  }
  return hidden.size === 0 ? json : withHidden(json, { pattern, hidden });
}

function joinedByKey(json: string, pattern: RegExp): ReadonlyMap<string, string> {
  const joined = new Map<string, string>();
  forEachPiece(json, pattern, ({ key, start, end }) =>
    joined.set(key, (joined.get(key) ?? '') + json.slice(start, end)),
  );
  return joined;
}

interface Hidden {
  readonly pattern: RegExp;
  /** What becomes of the joined texts, by their keys. */
  readonly hidden: Map<string, string>;
}

/** The text stands in place of its first piece, and nothing in place of the others. */
function withHidden(json: string, { pattern, hidden }: Hidden): string {
  let clean = '';
  let done = 0;
  forEachPiece(json, pattern, ({ key, start, end }) => {
    const text = hidden.get(key);
    if (text === undefined) return;
    clean += json.slice(done, start) + text;
    done = end;
    hidden.set(key, '');
  });
  return clean + json.slice(done);
}

interface Piece {
  /** Under which it stands; with its number, where the pattern asks for numbers. */
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

function forEachPiece(json: string, pattern: RegExp, act: (piece: Piece) => void): void {
  let number = '';
  pattern.lastIndex = 0;
  for (let found = pattern.exec(json); found !== null; found = pattern.exec(json)) {
    const [, key, digits = ''] = found;
    if (key === undefined) {
      number = digits;
      continue;
    }
    const start = pattern.lastIndex;
    const end = endOfText(json, start);
    act({ key: key + number, start, end });
    pattern.lastIndex = end + 1;
  }
}

/** Where the quote stands that ends a JSON text: one with an even number of backslashes before it. */
function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start); end !== -1; end = json.indexOf('"', end + 1)) {
    let first = end;
    while (first > start && json[first - 1] === '\\') first -= 1;
    if ((end - first) % 2 === 0) return end;
  }
  return json.length;
}
