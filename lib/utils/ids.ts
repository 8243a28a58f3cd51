const pool = Buffer.alloc(8192);
let hex = '';
let position = 0;

/** 16 random hex digits, never all zero. */
export function newSpanId(): string {
  const id = take(16);
  return id === '0000000000000000' ? newSpanId() : id;
}

/** 32 random hex digits, never all zero. */
export function newTraceId(): string {
  const id = take(32);
  return id === '00000000000000000000000000000000' ? newTraceId() : id;
}

/** Randomness is drawn for a thousand ids at once: the call to the system and the conversion to hex cost more than the id. */
function take(length: number): string {
  if (position + length > hex.length) {
    crypto.getRandomValues(pool); // the global one: node:crypto is large, and loads when this is first called
    hex = pool.toString('hex');
    position = 0;
  }
  position += length;
  return hex.slice(position - length, position);
}
