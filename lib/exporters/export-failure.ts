import { ExportError, RejectedTracesError } from '../errors.js';
import { sentence } from '../utils/sentence.js';
import { textOf } from '../utils/text-of.js';
import { within } from '../utils/within.js';
import type { Outcome } from './backlog.js';
import type { TraceExporter } from './exporter.js';

/** What an exporter threw, as `onError` is told of it. An `ExportError` of its own passes as it is: it says more. */
export function exportFailure(exporter: TraceExporter, what: string, cause: unknown): ExportError {
  if (isA(ExportError, cause)) return cause;
  const message = sentence(`The exporter '${exporter.name}' failed${what}: ${shown(cause)}`);
  return new ExportError(exporter.name, message, { cause });
}

/** A call of an exporter that did not take all it was given. */
export interface FailedCall {
  readonly outcome: Outcome;
  /** By the call, or, where it was given up, by its last try. */
  readonly thrown: unknown;
  readonly timeoutMs: number;
  readonly lost: number;
  /** Whether traces are kept, to be handed over again. */
  readonly isKept: boolean;
}

/** What `onError` is told of a call that failed: why, and what becomes of its traces. */
export function callFailure(exporter: TraceExporter, call: FailedCall): ExportError {
  const { outcome, thrown, lost, isKept } = call;
  if (outcome.kind === 'taken') return exportFailure(exporter, ', which does not take some traces', thrown);
  if (outcome.reason === 'export failed') {
    const fate = isKept
      ? '; its traces are kept on disk, and sent later'
      : `, and ${lost} traces are lost there (see stats() for the sum)`;
    return exportFailure(exporter, fate, thrown);
  }
  const when = outcome.reason === 'timeout' ? `within ${call.timeoutMs} ms` : 'before the end';
  const fate = isKept ? 'its traces are kept on disk, and sent later.' : lostTraces(lost);
  return unfinished(exporter, `did not answer ${when}; ${fate}`, thrown);
}

/** What `onError` is told where a call fails again and again, and nobody waits for it any longer; `cause` is of its last try. */
export function stillTrying(exporter: TraceExporter, cause: unknown): ExportError {
  return unfinished(exporter, 'has not taken all traces yet, and is tried again.', cause);
}

/** What `onError` is told of an exporter that was waited for in vain. */
export function noAnswer(exporter: TraceExporter, when: string, count: number): ExportError {
  return unfinished(exporter, `did not answer ${when}; ${lostTraces(count)}`, undefined);
}

function lostTraces(count: number): string {
  return `${count} traces are lost there. See stats() for the sum.`;
}

function unfinished({ name }: TraceExporter, what: string, cause: unknown): ExportError {
  const message = `The exporter '${name}' ${what}`;
  if (cause === undefined) return new ExportError(name, message);
  return new ExportError(name, sentence(`${message} Its last try failed: ${shown(cause)}`), { cause });
}

/** One step of an exporter's end, and who is told of its failure. */
export interface EndStep {
  readonly exporter: TraceExporter;
  readonly timeoutMs: number;
  readonly onError: (error: ExportError) => void;
  readonly act: () => void | Promise<void>;
}

/** Flushes or ends an exporter, waiting no longer than that; never rejects. */
export async function takeEndStep({ exporter, timeoutMs, onError, act }: EndStep): Promise<void> {
  try {
    await within(timeoutMs, Promise.resolve(act()));
  } catch (cause) {
    onError(exportFailure(exporter, ' at flush or shutdown', cause));
  }
}

/** How much is left of a time that several steps share. */
export function countdown(timeoutMs: number): () => number {
  const end = performance.now() + timeoutMs;
  return () => Math.max(0, end - performance.now());
}

/** What was refused of a batch, where an exporter tells it by what it throws; `undefined` where all is lost. */
export function rejectionIn(thrown: unknown): RejectedTracesError | undefined {
  return isA(RejectedTracesError, thrown) ? thrown : undefined;
}

// Anything can be thrown, also what throws when it is looked at.
function isA<Kind>(kind: abstract new (...args: never[]) => Kind, thrown: unknown): thrown is Kind {
  try {
    return thrown instanceof kind;
  } catch {
    return false;
  }
}

function shown(thrown: unknown): string {
  return textOf(thrown, 'something that cannot be shown');
}
