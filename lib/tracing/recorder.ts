import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';
import { type Context, ROOT_CONTEXT, TraceFlags } from '@opentelemetry/api';
import { AttributeKey } from '../entities/attributes.js';
import { CallbackError, TracingError } from '../errors.js';
import { now } from '../utils/clock.js';
import { newTraceId } from '../utils/ids.js';
import type { Capture } from './capture/capture.js';
import { isSuppressedWithin } from './context-entry.js';
import { type Contexts, sharedContexts } from './contexts.js';
import { EndedTrace } from './ended-trace.js';
import { isEntered } from './entry-rules.js';
import { follow } from './follow.js';
import { LiveConversation } from './live-conversation.js';
import { LiveTrace, type TraceKeeper } from './live-trace.js';
import { noteWork } from './note-work.js';
import { OpenTraces } from './open-traces.js';
import { RecordingSpan, type SpanStart } from './recording-span.js';
import { isSampled } from './sampling.js';
import type { SpanDefinition } from './span-definition.js';
import { surroundingsOf } from './surroundings.js';
import type { TailSampling } from './tail-sampling.js';

/** What a recorder is made of; `InitOptions` says what each means. */
export interface RecorderOptions {
  readonly capture: Capture;
  readonly contexts: Contexts;
  readonly sampleRatio: number;
  /** What is kept of the traces that `sampleRatio` leaves out. */
  readonly tail: TailSampling;
  readonly maxSpanLength: number;
  readonly maxTraceLength: number;
  readonly maxOpenTraces: number;
  readonly lateSpanMs: number;
  readonly traceTimeoutMs: number;
  readonly onTrace: (trace: EndedTrace) => void;
  readonly onError: (error: TracingError) => void;
}

/** Traces by what became of them: `started` is always the sum of the others. */
export interface TraceCounts {
  readonly started: number;
  readonly recorded: number;
  readonly sampledOut: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly open: number;
}

/** How a span is begun in a context. */
export interface SpanRequest extends SpanStart {
  readonly agentName: string | undefined;
  /** What the decorated method was called on. */
  readonly self: unknown;
}

/** Opens spans, gathers them into traces and hands each finished trace on. Bounded in open traces and in their age. */
export class Recorder implements TraceKeeper {
  readonly capture: Capture;
  readonly contexts: Contexts;
  readonly maxSpanLength: number;
  readonly maxTraceLength: number;
  readonly lateSpanMs: number;
  readonly recordsAll: boolean;
  readonly #options: RecorderOptions;
  readonly #open = new OpenTraces();
  /** Those whose root has ended, and what is told when the last of them has left. */
  readonly #late = new Set<LiveTrace>();
  #onNoneLate: (() => void)[] = [];
  readonly #sweeper: NodeJS.Timeout;
  #started = 0;
  #recorded = 0;
  #sampledOut = 0;
  #failed = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.capture = options.capture;
    this.contexts = options.contexts;
    this.maxSpanLength = options.maxSpanLength;
    this.maxTraceLength = options.maxTraceLength;
    this.lateSpanMs = options.lateSpanMs;
    this.recordsAll = options.tail.isOn;
    const everyMs = Math.min(60_000, Math.max(10, options.traceTimeoutMs / 4));
    this.#sweeper = setInterval(() => this.#closeOverdue(), everyMs);
    this.#sweeper.unref();
  }

  /** The span of ours that is current in a context. */
  spanIn(context: Context): RecordingSpan | undefined {
    if (context === ROOT_CONTEXT) return undefined; // where most traces begin
    const span = context.getValue(this.contexts.spanKey);
    return span instanceof RecordingSpan ? span : undefined;
  }

  /** Opens the span of a decorated call; `undefined` where none is due. Never throws. */
  openSpan(definition: SpanDefinition, context: Context, self: unknown): RecordingSpan | undefined {
    try {
      const parent = this.spanIn(context);
      if (definition.entry === undefined) {
        return this.startSpan(context, {
          definition,
          parent,
          name: definition.name ?? definition.functionName,
          agent: undefined,
          agentName: undefined,
          self,
        });
      }
      if (!isEntered(definition, parent, self)) return undefined;
      const { name: own, agent: agentName } = this.#nameOf(definition, self);
      // A decorator's own word is the program's; a name that is read off an object may hold anything, or be no text.
      const name = definition.nameOf === undefined ? own : this.capture.text(String(own), 'name');
      const span = this.startSpan(context, { definition, parent, name, agent: self ?? definition, agentName, self });
      if (agentName !== undefined)
        span?.setAttributeText(AttributeKey.agentName, this.capture.value(agentName, 'agent'));
      return span;
    } catch (cause) {
      this.onCallbackError(cause, `opening the span of '${definition.functionName}'`);
      return undefined;
    }
  }

  /** Opens a span under a parent, or as the root of a new trace; `undefined` where tracing is suppressed. */
  startSpan(context: Context, request: SpanRequest): RecordingSpan | undefined {
    const { definition, parent } = request;
    if (isSuppressedWithin(context)) return undefined;
    const isChild = parent !== undefined && !parent.trace.hasLeft;
    const span = isChild ? startChild(parent, context, request) : this.#startRoot(context, request);
    if (span === undefined) return undefined;
    const { conversation } = definition;
    if (conversation !== undefined) span.conversation = new LiveConversation(span, conversation);
    return span;
  }

  #startRoot(context: Context, request: SpanRequest): RecordingSpan | undefined {
    const { parent } = request;
    const { isSuppressed, session, remote: above } = surroundingsOf(context);
    if (isSuppressed) return undefined;
    const remote = parent === undefined ? above : undefined;
    // A foreign trace id is adopted; a foreign span is a parent only where it is one of the same tree.
    const isParent = remote !== undefined && this.contexts.spanKey === sharedContexts.spanKey;
    const traceId = remote?.traceId ?? newTraceId();
    const isSampledAbove = remote !== undefined && (remote.traceFlags & TraceFlags.SAMPLED) !== 0;
    const trace = this.#beginTrace(traceId, isParent ? isSampledAbove : isSampled(traceId, this.#options.sampleRatio));
    const start = parent === undefined ? request : { ...request, parent: undefined };
    const root = new RecordingSpan(trace, start, trace.startMoment);
    if (isParent) root.parentId = remote.spanId;
    trace.onSpanStart(root);
    if (parent !== undefined) follow(root, parent, session);
    else if (session !== undefined) trace.update(session);
    return root;
  }

  /** Keeps the arguments as they are now; later changes to them are not seen. Never throws. */
  captureInputs(span: RecordingSpan, args: ArrayLike<unknown>): void {
    const { trace, definition } = span;
    const length =
      definition.message === undefined ? this.capture.waitingLength(args, definition.argumentNames) : undefined;
    if (length !== undefined && length <= trace.payloadLeft) {
      trace.chargeLength(length);
      span.keepArguments(args);
      return;
    }
    const text = this.captureArguments(span, args, trace.payloadLeft);
    if (text !== undefined) span.inputs = trace.charge(text);
  }

  /** JSON text of the arguments of a call; `undefined` where capture fails after all. */
  captureArguments(span: RecordingSpan, args: ArrayLike<unknown>, budget?: number): string | undefined {
    try {
      return this.capture.inputs(args, span.definition.argumentNames, budget);
    } catch (cause) {
      this.onCallbackError(cause, `capturing the arguments of '${span.name}'`);
      return undefined;
    }
  }

  /** JSON text of a value. Capture is built not to throw; if it does after all, the value is lost, not the call. */
  captureValue(value: unknown, path: string, budget: number): string {
    try {
      return this.capture.value(value, path, budget);
    } catch (cause) {
      this.onCallbackError(cause, `capturing ${path}`);
      return '"[unserializable]"';
    }
  }

  /** A callback of the user's failed; the traced call goes on. */
  onCallbackError(cause: unknown, doing: string): void {
    this.#options.onError(
      new CallbackError(`Tracing failed at ${doing}: ${String(cause)}. The traced call itself was not touched.`, {
        cause,
      }),
    );
  }

  onTraceLate(trace: LiveTrace): void {
    this.#late.add(trace);
  }

  onTraceEnd(trace: LiveTrace): void {
    this.#open.delete(trace);
    if (trace.isSampled || (trace.isRecorded && this.#options.tail.keeps(trace))) this.#hand(trace);
    else this.#sampledOut += 1;
    if (this.#late.size > 0 && this.#late.delete(trace) && this.#late.size === 0) this.#tellNoneLate();
  }

  /** Settles when no trace waits for a late span any more: at most `lateSpanMs`. */
  async whenNoneLate(): Promise<void> {
    if (this.#late.size === 0) return;
    await new Promise<void>((resolve) => {
      // The traces' own timers do not hold the process; whoever flushes wants to wait.
      const hold = setTimeout(resolve, this.lateSpanMs + 50);
      this.#onNoneLate.push(() => {
        clearTimeout(hold);
        resolve();
      });
    });
  }

  /** Hands on every open trace as incomplete. */
  closeOpen(): void {
    for (let oldest = this.#open.oldest; oldest !== undefined; oldest = this.#open.oldest) oldest.leave();
  }

  /** Closes what is open and stops the timer. */
  close(): void {
    clearInterval(this.#sweeper);
    this.closeOpen();
  }

  counts(): TraceCounts {
    return {
      started: this.#started,
      recorded: this.#recorded,
      sampledOut: this.#sampledOut,
      dropped: this.#failed === 0 ? {} : { 'internal error': this.#failed },
      open: this.#open.size + this.#options.tail.undecided,
    };
  }

  #nameOf(definition: SpanDefinition, self: unknown): { name: string; agent: string | undefined } {
    try {
      const named = definition.nameOf?.(self);
      if (named !== undefined) return named;
    } catch (cause) {
      this.onCallbackError(cause, `the 'name' callback of '${definition.functionName}'`);
    }
    return { name: definition.name ?? definition.functionName, agent: undefined };
  }

  #beginTrace(traceId: string, isSampled: boolean): LiveTrace {
    if (this.#open.size >= this.#options.maxOpenTraces) this.#open.oldest?.leave();
    const trace = new LiveTrace(this, traceId, isSampled);
    this.#open.add(trace);
    this.#started += 1;
    return trace;
  }

  #hand(live: LiveTrace): void {
    let ended: EndedTrace;
    try {
      ended = new EndedTrace(live);
    } catch (cause) {
      this.#failed += 1;
      this.#options.onError(
        new TracingError(`A trace could not be finished and is lost: ${String(cause)}. Please report this.`, { cause }),
      );
      return;
    }
    this.#recorded += 1;
    this.#options.onTrace(ended);
  }

  #closeOverdue(): void {
    const limit = now() - this.#options.traceTimeoutMs;
    for (let oldest = this.#open.oldest; oldest !== undefined; oldest = this.#open.oldest) {
      if (oldest.startMoment > limit) break;
      oldest.leave();
    }
  }

  #tellNoneLate(): void {
    const told = this.#onNoneLate;
    this.#onNoneLate = [];
    for (const tell of told) tell();
  }
}

function startChild(parent: RecordingSpan, context: Context, request: SpanRequest): RecordingSpan {
  const { trace } = parent;
  const span = new RecordingSpan(trace, request, now());
  trace.onSpanStart(span);
  if (parent.conversation !== undefined) noteWork(parent.conversation, span, { context, request });
  return span;
}
