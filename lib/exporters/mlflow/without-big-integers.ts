/** A text, a fraction, or a whole number of at least 19 digits, which 64 bits may not hold. */
const tokens = /"(?:[^"\\]|\\[^])*"|-?\d+[.eE][\d.eE+-]*|-?\d{19,}/g;
const whole = /^-?\d+$/;
const mayBeBig = /\d{19}/;

/** A JSON text with whole numbers beyond 64 bits written with an exponent: a server that stored them could not give the trace back. */
export function withoutBigIntegers(json: string): string {
  return mayBeBig.test(json) ? json.replace(tokens, inSixtyFourBits) : json;
}

function inSixtyFourBits(token: string): string {
  if (!whole.test(token)) return token;
  const number = BigInt(token);
  return BigInt.asIntN(64, number) === number ? token : Number(token).toExponential();
}
