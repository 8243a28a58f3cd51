import { resolve } from 'node:path';
import { ExportError } from '../../errors.js';
import type { BacklogParts, MakeBacklog } from '../export-queue.js';
import type { TraceExporter } from '../exporter.js';
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

/** Makes backlogs on disk for exporters that name a destination; `undefined` for the others. */
export function spoolFor({ folder, ...limits }: SpoolOptions): (exporter: TraceExporter) => MakeBacklog | undefined {
  const root = resolve(folder ?? defaultSpoolFolder());
  return ({ name, destination }) => {
    if (destination === undefined) return undefined;
    const place = new SpoolFolder(resolve(root, folderNameOf(destination)), destination);
    return ({ maxTraces, maxLength, drop, onError }: BacklogParts) =>
      new SpoolBacklog({
        folder: place,
        limits,
        held: maxHeld,
        memory: { maxTraces, maxLength },
        drop,
        tell: (what) => onError(new ExportError(name, what)),
      });
  };
}
