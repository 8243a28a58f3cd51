import { existsSync, statSync } from 'node:fs';
import type { Trace } from '../../entities/trace.js';
import { ConfigurationError, type RejectedTracesError, TracingError } from '../../errors.js';
import { readProperty } from '../../utils/read-property.js';
import { shown } from '../../utils/value-kinds.js';
import { usualBatch } from '../backlog.js';
import { rejectionIn } from '../export-failure.js';
import type { TraceExporter } from '../exporter.js';
import { isBadLine, readTraceFile } from '../file/read-trace-file.js';
import { Leftovers } from './leftovers.js';
import { maxReadBytes } from './segment-lines.js';
import { SpoolFolder } from './spool-folder.js';

/** A trace that an exporter's server does not take. */
export interface RefusedTrace {
  readonly traceId: string;
  readonly reason: string;
}

/** What became of the traces of a file, or of a spool's folder. */
export interface SentTraces {
  readonly sent: number;
  /** Those that the exporter's server does not take. */
  readonly refused: number;
  /** Which ones, and why: the first thousand. */
  readonly refusals: readonly RefusedTrace[];
  /** Lines that are no traces. */
  readonly bad: number;
  /** Traces that wait in files of the folder that are left to others: running processes, and those of other machines. */
  readonly left: number;
}

/** Options of `sendTraces`. */
export interface SendTracesOptions {
  /** Ends it before all are sent. @default never */
  readonly signal?: AbortSignal;
  /**
   * Whether files are sent, too, of which nobody knows whether their process is still at work: of a folder that was copied from another
   * machine, say. @default false
   */
  readonly takesOver?: boolean;
}

/**
 * Gives an exporter the traces of a file, or those that wait in the folder of one destination in a spool. A file stays as it is; what is
 * sent out of a spool is deleted there, what is refused is set aside in a `.bad` file of the folder, which can be sent as a file, and what
 * a running process is about to send itself is left to it.
 *
 * @param path - A trace file, `-` for standard input, or a folder in the spool.
 * @throws what the exporter throws, and the reason of `signal` where that ended it; what was sent until then stays sent.
 * @throws {TypeError} for what is no exporter.
 * @throws {ConfigurationError} for a folder that is none of a spool's.
 * @throws {TracingError} where a file cannot be read; of a folder, when all others have been sent.
 * @example
 * ```ts
 * const memory = new InMemoryExporter(); // or new MlflowExporter({ trackingUri: 'http://127.0.0.1:5000' })
 * const { sent, refused, refusals } = await sendTraces('traces.jsonl', memory);
 * console.log(`${sent} sent, ${refused} refused`);
 * for (const { traceId, reason } of refusals) console.error(traceId, reason);
 * ```
 */
export async function sendTraces(
  path: string,
  exporter: TraceExporter,
  options: SendTracesOptions = {},
): Promise<SentTraces> {
  if (typeof readProperty(exporter, 'export') !== 'function') {
    throw new TypeError(
      `sendTraces(path, exporter) takes an exporter, such as an MlflowExporter, but got ${shown(exporter)}.`,
    );
  }
  const { signal = new AbortController().signal, takesOver = false } = options;
  const sender = new Sender(exporter, signal);
  if (path !== '-' && existsSync(path) && statSync(path).isDirectory()) await sendFolder({ path, takesOver }, sender);
  else await sendFile(path, sender);
  await exporter.forceFlush?.();
  return sender.counts;
}

async function sendFile(path: string, sender: Sender): Promise<void> {
  const traces: Trace[] = [];
  for await (const item of readTraceFile(path)) {
    if (isBadLine(item)) sender.counts.bad += 1;
    else traces.push(item);
    if (traces.length >= sender.maxBatch) await sender.send(traces.splice(0));
  }
  if (traces.length > 0) await sender.send(traces);
}

async function sendFolder({ path, takesOver }: SpoolToSend, sender: Sender): Promise<void> {
  const folder = new SpoolFolder(path, '');
  if (!folder.isThere) {
    throw new ConfigurationError(
      `'${path}' is no folder of a spool: it has no destination.txt. Name a trace file, or the folder of one destination.`,
    );
  }
  let failure = '';
  const tell = (what: string): void => {
    failure = what;
  };
  const maxAgeMs = Number.POSITIVE_INFINITY;
  const leftovers = new Leftovers({ folder, maxAgeMs, tell, takesOver });
  try {
    const limits = { maxLines: sender.maxBatch, maxBytes: maxReadBytes };
    for (let part = await leftovers.read(limits); part !== undefined; part = await leftovers.read(limits)) {
      leftovers.acknowledge(part, await sender.send(part.traces));
    }
  } finally {
    leftovers.close();
    sender.counts.bad += leftovers.bad;
    sender.counts.left = leftovers.left();
  }
  if (leftovers.unreadable > 0) throw new TracingError(failure);
}

interface SpoolToSend {
  readonly path: string;
  readonly takesOver: boolean;
}

/** A file of millions must not fill the memory with what is said of them. */
const maxRefusals = 1000;

/** Hands traces on, and counts them. */
class Sender {
  readonly counts = { sent: 0, refused: 0, refusals: [] as RefusedTrace[], bad: 0, left: 0 };
  readonly maxBatch: number;
  readonly #exporter: TraceExporter;
  readonly #signal: AbortSignal;

  constructor(exporter: TraceExporter, signal: AbortSignal) {
    this.#exporter = exporter;
    this.#signal = signal;
    this.maxBatch = exporter.maxBatch ?? usualBatch;
  }

  /** @returns those that were refused. */
  async send(traces: readonly Trace[]): Promise<readonly Trace[]> {
    this.#signal.throwIfAborted();
    try {
      await this.#exporter.export(traces, { signal: this.#signal });
    } catch (thrown) {
      const rejection = rejectionIn(thrown);
      if (rejection === undefined) {
        this.#signal.throwIfAborted();
        throw thrown;
      }
      return this.#note(rejection, traces);
    }
    this.counts.sent += traces.length;
    return [];
  }

  #note({ traceIds, reasons }: RejectedTracesError, traces: readonly Trace[]): readonly Trace[] {
    const count = Math.min(traceIds.length, traces.length);
    this.counts.sent += traces.length - count;
    this.counts.refused += count;
    const { refusals } = this.counts;
    for (const [index, traceId] of traceIds.slice(0, maxRefusals - refusals.length).entries())
      refusals.push({ traceId, reason: String(reasons[index]) });
    const ids = new Set(traceIds);
    const refused = traces.filter(({ info }) => ids.has(info.traceId));
    // Where it names others than it was given, it may be any of them.
    return refused.length < count ? traces : refused;
  }
}
