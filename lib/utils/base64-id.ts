const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Two letters for three hex digits: made with the first id, not with the program. */
let knownPairs: readonly string[] | undefined;

function pairsOfLetters(): readonly string[] {
  knownPairs ??= Array.from({ length: 4096 }, (_, bits) => `${letters[bits >> 6]}${letters[bits & 63]}`);
  return knownPairs;
}

const noDigit = 4096;
const digits = Uint16Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return digit === -1 ? noDigit : digit;
});

/** Lower-case hex of an id as base64 of its raw bytes, as MLflow's trace JSON spells ids. */
export function hexToBase64(hex: string): string {
  return hex.length === 16 || hex.length === 32 ? fromDigits(hex) : throughBytes(hex);
}

/** By a table: several stand in every span that is written, and a call of the engine's for each would take twice as long. */
function fromDigits(hex: string): string {
  const pairs = pairsOfLetters();
  const whole = hex.length - (hex.length % 3);
  let base64 = '';
  let all = 0;
  for (let at = 0; at < whole; at += 3) {
    const bits = (digitAt(hex, at) << 8) | (digitAt(hex, at + 1) << 4) | digitAt(hex, at + 2);
    all |= bits;
    base64 += pairs[bits];
  }
  // What is left of 8 bytes is one digit, of 16 bytes two.
  const [first, second] = [digitAt(hex, whole), whole + 1 < hex.length ? digitAt(hex, whole + 1) : 0];
  const rest = (first << 8) | (second << 4);
  if ((all | rest) >= noDigit) return throughBytes(hex);
  return whole + 1 < hex.length ? `${base64}${pairs[rest]}==` : `${base64}${letters[rest >> 6]}=`;
}

/** Beyond ASCII there is no digit. */
function digitAt(hex: string, at: number): number {
  return digits[hex.charCodeAt(at)] ?? noDigit;
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
