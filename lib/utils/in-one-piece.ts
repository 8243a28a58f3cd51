/**
 * Texts put together as one piece. What `+` makes stays the pieces it was made of, which the engine goes through again for each text
 * that it becomes a part of: a key that stands in every line is worth putting together for good.
 */
export function inOnePiece(...texts: readonly string[]): string {
  return texts.join('');
}

/** Texts put together by `+`: at once, where what comes of it is read only once or twice. */
export function inPieces(first: string, second: string, third = ''): string {
  return first + second + third;
}
