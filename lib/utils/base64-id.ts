const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** What stands for a character that is no digit: past all bits of three digits. */
const noDigit = 4096;
const digits = Uint16Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return digit === -1 ? noDigit : digit;
});

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
  const high = bitsAt(hex, at);
  const low = bitsAt(hex, at + 3);
  if ((all | high | low) >= noDigit) return undefined;
  const last = fourLetters(high, low);
  // What is left of 8 bytes are two, of 16 bytes one.
  return hex.length === 16 ? `${base64}${last.slice(0, 3)}=` : `${base64}${last.slice(0, 2)}==`;
}

/** Twelve bits of three digits; zeros past the end. */
function bitsAt(hex: string, at: number): number {
  return (digitAt(hex, at) << 8) | (digitAt(hex, at + 1) << 4) | digitAt(hex, at + 2);
}

function digitAt(hex: string, at: number): number {
  return at < hex.length ? (digits[hex.charCodeAt(at)] ?? noDigit) : 0; // beyond ASCII there is no digit
}

/** The letters of twice twelve bits. */
function fourLetters(high: number, low: number): string {
  return String.fromCharCode(
    letters.charCodeAt(high >> 6),
    letters.charCodeAt(high & 63),
    letters.charCodeAt(low >> 6),
    letters.charCodeAt(low & 63),
  );
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
