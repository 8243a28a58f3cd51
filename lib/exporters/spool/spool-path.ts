import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the system wants programs to keep what they will need again, for this user. */
export function defaultSpoolFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
): string {
  const { LOCALAPPDATA: local, XDG_STATE_HOME: state } = environment;
  const base = platform === 'win32' ? local : state;
  return join(base || join(homedir(), '.local', 'state'), 'traced-agents', 'spool');
}

/** The folder of one destination: readable, and no other destination's. */
export function folderNameOf(destination: string): string {
  const readable = destination.replace(/[^\w.-]+/g, '-').slice(0, 80);
  return `${readable}-${checksum(destination)}`;
}

/** FNV-1a of 32 bits, as 8 hex digits: it tells names apart that look alike, and keeps no secret. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
