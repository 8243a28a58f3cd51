/** The codes of base64's letters, by their bits. */
const letters = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const equalsSign = 61;
/** What stands for a character that is no digit: past all bits of three digits. */
const noDigit = 4096;
const digits = new Uint16Array(128).fill(noDigit);
for (let value = 0; value < 16; value += 1) digits[value.toString(16).charCodeAt(0)] = value;

/** Lower-case hex of an id as base64 of its raw bytes, as MLflow's trace JSON spells ids. */
export function hexToBase64(hex: string): string {
  return (hex.length === 16 ? fromDigits(hex) : undefined) ?? Buffer.from(hex, 'hex').toString('base64');
}

/**
 * By hand: one or two ids of eight bytes stand in every span that is written, and a call of the engine's for each would take four
 * times as long. `undefined` where not all are digits.
 */
function fromDigits(hex: string): string | undefined {
  const first = bitsAt(hex, 0);
  const second = bitsAt(hex, 3);
  const third = bitsAt(hex, 6);
  const fourth = bitsAt(hex, 9);
  const fifth = bitsAt(hex, 12);
  const last = digitAt(hex, 15);
  if ((first | second | third | fourth | fifth | last) >= noDigit) return undefined;
  return String.fromCharCode(
    letter(first >> 6),
    letter(first),
    letter(second >> 6),
    letter(second),
    letter(third >> 6),
    letter(third),
    letter(fourth >> 6),
    letter(fourth),
    letter(fifth >> 6),
    letter(fifth),
    letter(last << 2),
    equalsSign,
  );
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
