const slots = 256;

/**
 * The JSON of texts that were written of late: kinds, ids and names of models stand in each chunk of a stream and in each message
 * of a conversation. Each text has one slot, which it shares with others.
 */
export class RecentTexts {
  readonly #texts: string[] = new Array<string>(slots).fill('');
  readonly #jsons: string[] = new Array<string>(slots).fill('""');

  get(text: string): string | undefined {
    const slot = slotOf(text);
    return this.#texts[slot] === text ? this.#jsons[slot] : undefined;
  }

  set(text: string, json: string): void {
    const slot = slotOf(text);
    this.#texts[slot] = text;
    this.#jsons[slot] = json;
  }
}

/** By what tells ids and names apart at a look: their length, their middle and their end. */
function slotOf(text: string): number {
  const { length } = text;
  return (length + text.charCodeAt(length >> 1) * 5 + text.charCodeAt(length - 1) * 31) % slots;
}
