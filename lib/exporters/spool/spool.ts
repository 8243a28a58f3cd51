import { resolve } from 'node:path';
import { ExportError } from '../../errors.js';
import type { BacklogParts, MakeBacklog } from '../export-queue.js';
import type { TraceExporter } from '../exporter.js';
import { MemoryBacklog } from '../memory-backlog.js';
import type { SpoolLimits } from './own-segments.js';
import { SpoolBacklog } from './spool-backlog.js';
import { SpoolFolder } from './spool-folder.js';
import { defaultSpoolFolder, folderNameOf } from './spool-path.js';

/** Where and how much traces may wait on disk. */
export interface SpoolOptions extends SpoolLimits {
  /** @default a folder of the user's for what programs will need again */
  readonly folder: string | undefined;
}

/** In memory there stand no more than these as well: what waits longer is read again. */
const maxHeld = { maxTraces: 96, maxLength: 2 * 1024 * 1024 };

/** Makes backlogs on disk for exporters that name a destination, in memory where there is no folder; `undefined` for the others. */
export function spoolFor({ folder, ...limits }: SpoolOptions): (exporter: TraceExporter) => MakeBacklog | undefined {
  return ({ name, destination }) => {
    if (destination === undefined) return undefined;
    return ({ maxTraces, maxLength, drop, onError }: BacklogParts) => {
      const tell = (what: string): void => onError(new ExportError(name, what));
      const root = rootOf(folder, tell);
      if (root === undefined) return new MemoryBacklog({ maxTraces, maxLength });
      const place = new SpoolFolder(resolve(root, folderNameOf(destination)), destination);
      return new SpoolBacklog({ folder: place, limits, held: maxHeld, memory: { maxTraces, maxLength }, drop, tell });
    };
  };
}

/** `undefined` where the system knows no home of the user's, as in containers, or no working directory, which was deleted. */
function rootOf(folder: string | undefined, tell: (what: string) => void): string | undefined {
  try {
    return resolve(folder ?? defaultSpoolFolder());
  } catch (error) {
    tell(
      `The spool has no folder: ${String(error)}. Its traces are in memory only. Name one with its whole path (option spoolDir, or TRACED_AGENTS_SPOOL_DIR), or do without (spool: false).`,
    );
    return undefined;
  }
}
