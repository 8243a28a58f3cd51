/** The codes of base64's letters, by their bits. */
const letters = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
/** What stands for a character that is no digit: past all bits of three digits. */
const noDigit = 4096;
const digits = new Uint16Array(128).fill(noDigit);
for (let value = 0; value < 16; value += 1) digits[value.toString(16).charCodeAt(0)] = value;

/** Lower-case hex of an id as base64 of its raw bytes, as MLflow's trace JSON spells ids. */
export function hexToBase64(hex: string): string {
  return (hex.length === 16 || hex.length === 32 ? fromDigits(hex) : undefined) ?? throughBytes(hex);
}

/**
 * By hand: several ids stand in every span that is written, and a call of the engine's for each would take twice as long. `undefined`
 * where not all are digits.
 */
function fromDigits(hex: string): string | undefined {
  let base64 = '';
  let all = 0;
  let at = 0;
  for (; at + 6 < hex.length; at += 6) {
    const high = bitsAt(hex, at);
    const low = bitsAt(hex, at + 3);
    all |= high | low;
    base64 += fourLetters(high, low);
  }
  // What is left of 8 bytes are two, of 16 bytes one.
  const rest = hex.length === 16 ? `${hex.slice(at)}00` : `${hex.slice(at)}0000`;
  const high = bitsAt(rest, 0);
  const low = bitsAt(rest, 3);
  if ((all | high | low) >= noDigit) return undefined;
  const last = fourLetters(high, low);
  return hex.length === 16 ? `${base64}${last.slice(0, 3)}=` : `${base64}${last.slice(0, 2)}==`;
}

/** Twelve bits of three digits. */
function bitsAt(hex: string, at: number): number {
  return (digitAt(hex, at) << 8) | (digitAt(hex, at + 1) << 4) | digitAt(hex, at + 2);
}

/** Beyond ASCII there is none. */
function digitAt(hex: string, at: number): number {
  return digits[hex.charCodeAt(at)] ?? noDigit;
}

/** The letters of twice twelve bits. */
function fourLetters(high: number, low: number): string {
  return String.fromCharCode(letter(high >> 6), letter(high & 63), letter(low >> 6), letter(low & 63));
}

function letter(bits: number): number {
  return letters[bits] ?? 0; // past them only where there was no digit
}

function throughBytes(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

/** The reverse; ids that are hex already (also with MLflow's `tr-` before them) pass. `undefined` if it is neither. */
export function idToHex(id: string, bytes: 8 | 16): string | undefined {
  const bare = id.startsWith('tr-') ? id.slice(3) : id;
  if (bare.length === bytes * 2 && /^[0-9a-f]+$/i.test(bare)) return bare.toLowerCase();
  const hex = Buffer.from(bare, 'base64').toString('hex');
  return hex.length === bytes * 2 ? hex : undefined;
}
