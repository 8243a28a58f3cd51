import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Trace } from '../../entities/trace.js';
import type { TraceQuery } from '../exporter.js';
import { matchesQuery } from '../match-trace.js';
import { newestFirst } from '../newest-first.js';
import { type ByteSource, chunkBytes, isBadLine, readTraceLines, unreadable } from './read-trace-file.js';

/** Where traces were stored: one file and those that were rotated away. */
export interface StoredTraces {
  readonly path: string;
  /** How many rotated files there may be. */
  readonly maxFiles: number;
}

/** The trace with this id that was written last. */
export function findStored(stored: StoredTraces, traceId: string): Promise<Trace | undefined> {
  return readAll(stored, (files) => findIn(files, traceId));
}

/** Traces that match; of those with the same id only what was written last counts. Memory holds few more than are wanted. */
export function searchStored(stored: StoredTraces, query: TraceQuery): Promise<readonly Trace[]> {
  return readAll(stored, (files) => searchIn(files, query));
}

/** Lines without the id are not parsed. */
async function findIn(files: readonly ByteSource[], traceId: string): Promise<Trace | undefined> {
  for (const file of [...files].reverse()) {
    let found: Trace | undefined;
    for await (const item of readTraceLines(file, (line) => line.includes(traceId))) {
      if (!isBadLine(item) && item.info.traceId === traceId) found = item;
    }
    if (found !== undefined) return found;
  }
  return undefined;
}

async function searchIn(files: readonly ByteSource[], query: TraceQuery): Promise<readonly Trace[]> {
  const { limit = 100 } = query;
  let found = new Map<string, Trace>();
  for (const file of files) {
    for await (const item of readTraceLines(file, () => true)) {
      if (isBadLine(item)) continue;
      if (matchesQuery(item.info, query)) found.set(item.info.traceId, item);
      else found.delete(item.info.traceId);
      if (found.size > 2 * limit + 100) found = byId(newestFirst(found.values(), query));
    }
  }
  return newestFirst(found.values(), query);
}

/** Has the files read, the oldest first. All are opened before: their names may be those of others when their turn comes. */
async function readAll<Answer>(
  stored: StoredTraces,
  read: (files: readonly ByteSource[]) => Promise<Answer>,
): Promise<Answer> {
  const handles = new Map<string, FileHandle>();
  const files: ByteSource[] = [];
  try {
    for (const path of pathsOf(stored)) {
      const handle = await openAnother(path, handles);
      if (handle === undefined) continue;
      files.unshift({ path, open: () => handle.createReadStream({ highWaterMark: chunkBytes }) });
    }
    return await read(files);
  } finally {
    for (const handle of handles.values()) await handle.close();
  }
}

/** The newest first, as files are moved on: none is missed that is moved meanwhile, but one may be met again. */
function pathsOf({ path, maxFiles }: StoredTraces): readonly string[] {
  return [path, ...Array.from({ length: maxFiles }, (_, index) => `${path}.${index + 1}`)];
}

/** `undefined` where there is none, or one that is open already. */
async function openAnother(path: string, handles: Map<string, FileHandle>): Promise<FileHandle | undefined> {
  if (!existsSync(path)) return undefined;
  try {
    const handle = await open(path);
    const { dev, ino } = await handle.stat({ bigint: true });
    const identity = `${dev} ${ino}`;
    const isKnown = handles.has(identity);
    if (isKnown) await handle.close();
    else handles.set(identity, handle);
    return isKnown ? undefined : handle;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // moved just now
    throw unreadable(path, cause);
  }
}

function byId(traces: readonly Trace[]): Map<string, Trace> {
  return new Map(traces.map((trace) => [trace.info.traceId, trace]));
}
