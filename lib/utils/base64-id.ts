/** The codes of base64's letters, by their bits. */
const letters = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const equalsSign = 61;
/** What stands for a character that is no digit: past all bits of three digits. */
const noDigit = 4096;
const digits = new Uint16Array(128).fill(noDigit);
for (let value = 0; value < 16; value += 1) digits[value.toString(16).charCodeAt(0)] = value;

/** Codes of the letters of an id that is being written, of a span and of a trace. */
const spanCodes = new Array<number>(12).fill(equalsSign);
const traceCodes = new Array<number>(24).fill(equalsSign);

/** Lower-case hex of an id as base64 of its raw bytes, as MLflow's trace JSON spells ids. */
export function hexToBase64(hex: string): string {
  return fromDigits(hex) ?? Buffer.from(hex, 'hex').toString('base64');
}

/**
 * By hand: two or three ids stand in every span that is written, and the engine would take twice to four times as long. `undefined` for
 * another length, or where not all are digits.
 */
function fromDigits(hex: string): string | undefined {
  if (hex.length === 16) return encode(hex, spanCodes, digitAt(hex, 15) << 8);
  return hex.length === 32 ? encode(hex, traceCodes, (digitAt(hex, 30) << 8) | (digitAt(hex, 31) << 4)) : undefined;
}

/** Three digits are two letters; `last` are the bits of what is left of them. */
function encode(hex: string, codes: number[], last: number): string | undefined {
  let all = last;
  let place = 0;
  for (let at = 0; at + 2 < hex.length; at += 3) {
    const bits = bitsAt(hex, at);
    all |= bits;
    codes[place] = letter(bits >> 6);
    codes[place + 1] = letter(bits);
    place += 2;
  }
  codes[place] = letter(last >> 6);
  if (hex.length % 3 === 2) codes[place + 1] = letter(last);
  return all < noDigit ? String.fromCharCode(...codes) : undefined;
}

/** Twelve bits of three digits. */
function bitsAt(hex: string, at: number): number {
  return (digitAt(hex, at) << 8) | (digitAt(hex, at + 1) << 4) | digitAt(hex, at + 2);
}

/** Beyond ASCII there is none. */
function digitAt(hex: string, at: number): number {
  return digits[hex.charCodeAt(at)] ?? noDigit;
}

/** Of the last six bits. */
function letter(bits: number): number {
  return letters[bits & 63] as number; // there are 64
}

/** The reverse; ids that are hex already (also with MLflow's `tr-` before them) pass. `undefined` if it is neither. */
export function idToHex(id: string, bytes: 8 | 16): string | undefined {
  const bare = id.startsWith('tr-') ? id.slice(3) : id;
  if (bare.length === bytes * 2 && /^[0-9a-f]+$/i.test(bare)) return bare.toLowerCase();
  const hex = Buffer.from(bare, 'base64').toString('hex');
  return hex.length === bytes * 2 ? hex : undefined;
}
