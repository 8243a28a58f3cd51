const slots = 256;

/**
 * The JSON of texts that were written of late and came again: kinds, ids and names of models stand in each chunk of a stream, and a
 * question goes from one agent to the next. Each text has one slot, which it shares with others.
 */
export class RecentTexts {
  readonly #texts: string[] = new Array<string>(slots).fill('');
  readonly #jsons: string[] = new Array<string>(slots).fill('""');
  /** How the last text that each slot was asked for looks. */
  readonly #looks = new Int32Array(slots);

  get(text: string): string | undefined {
    const slot = lookOf(text) & (slots - 1);
    return this.#texts[slot] === text ? this.#jsons[slot] : undefined;
  }

  /** Whether it is likely that the text was asked about before: most texts come once, and are not worth a copy. */
  isAgain(text: string): boolean {
    const look = lookOf(text);
    const slot = look & (slots - 1);
    const isSeen = this.#looks[slot] === look;
    this.#looks[slot] = look;
    return isSeen;
  }

  set(text: string, json: string): void {
    const slot = lookOf(text) & (slots - 1);
    this.#texts[slot] = text;
    this.#jsons[slot] = json;
  }
}

/** What tells ids, names and numbered texts apart at a look: their length, their middle and their end. */
function lookOf(text: string): number {
  const { length } = text;
  let look = length + text.charCodeAt(length >> 1) * 5;
  for (let at = Math.max(0, length - 4); at < length; at += 1) look = (Math.imul(look, 31) + text.charCodeAt(at)) | 0;
  return look;
}
