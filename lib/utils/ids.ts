const pool = Buffer.alloc(8192);
const zeros = '0'.repeat(16);
let hex = '';
let position = 0;

/** 16 random hex digits, never all zero. */
export function newSpanId(): string {
  return take(16);
}

/** 32 random hex digits, never all zero. */
export function newTraceId(): string {
  return take(32);
}

/** Randomness is drawn for many ids at once: the call to the system and the conversion to hex cost more than the id. */
function take(length: number): string {
  if (position + length > hex.length) draw();
  position += length;
  return hex.slice(position - length, position);
}

/** Without a row of zeros, so that no id has to be looked at. */
function draw(): void {
  do {
    crypto.getRandomValues(pool); // the global one: node:crypto is large, and loads when this is first called
    hex = pool.toString('hex');
  } while (hex.includes(zeros));
  position = 0;
}
