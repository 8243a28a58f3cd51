/** Used again for each id: two of them stand in every span that is written. */
const bytesOfId = Buffer.alloc(16);

/** Lower-case hex of an id of at most 16 bytes as base64 of its raw bytes, as MLflow's trace JSON spells ids. */
export function hexToBase64(hex: string): string {
  return bytesOfId.toString('base64', 0, bytesOfId.write(hex, 'hex'));
}

/** The reverse; ids that are hex already (also with MLflow's `tr-` before them) pass. `undefined` if it is neither. */
export function idToHex(id: string, bytes: 8 | 16): string | undefined {
  const bare = id.startsWith('tr-') ? id.slice(3) : id;
  if (bare.length === bytes * 2 && /^[0-9a-f]+$/i.test(bare)) return bare.toLowerCase();
  const hex = Buffer.from(bare, 'base64').toString('hex');
  return hex.length === bytes * 2 ? hex : undefined;
}
