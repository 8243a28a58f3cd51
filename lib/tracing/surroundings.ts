import { type Context, isSpanContextValid, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';
import { isSuppressed, withEntry } from './context-entry.js';
import type { RecordingSpan } from './recording-span.js';
import type { Branch } from './span-conversation.js';
import type { SpanOwner } from './span-owner.js';

const sessionKey = Symbol.for('traced-agents/session');

const branchKey = Symbol.for('traced-agents/branch');

/** A branch of a conversation on top of a context. */
export function withBranchInContext(outer: Context, branch: Branch): Context {
  return withEntry(outer, branchKey, branch);
}

/** The branch that code runs in; `undefined` where nobody has been spoken to. */
export function branchIn(context: Context): Branch | undefined {
  // Only this file sets the key.
  return context.getValue(branchKey) as Branch | undefined;
}

/** Session and user that traces begun in this context carry. */
export interface SessionScope {
  readonly session?: string;
  readonly user?: string;
}

/** A session as it stands in a context. */
export interface HeldSession extends SessionScope {
  /** The trace that it began in; `undefined` where there was none. */
  readonly within: SpanOwner<RecordingSpan> | undefined;
}

/** A session on top of a context, or what it says anew of the one that is there. */
export function withSessionInContext(outer: Context, session: HeldSession): Context {
  return withEntry(outer, sessionKey, { ...sessionOf(outer), ...session });
}

/** The session a trace belongs to that begins in this context. */
function sessionOf(context: Context): HeldSession | undefined {
  // Only this file sets the key.
  return context.getValue(sessionKey) as HeldSession | undefined;
}

/** What a context means for a trace that begins in it. */
export interface Surroundings {
  /** Whether tracing is switched off, by us or by an OpenTelemetry exporter. */
  readonly isSuppressed: boolean;
  readonly session: HeldSession | undefined;
  /** The span of another SDK or process that is current. */
  readonly remote: SpanContext | undefined;
}

const nothingAround: Surroundings = { isSuppressed: false, session: undefined, remote: undefined };

/** Looked up once for each trace; most begin where there is nothing to be found. */
export function surroundingsOf(context: Context): Surroundings {
  if (context === ROOT_CONTEXT) return nothingAround;
  const above = trace.getSpanContext(context);
  return {
    isSuppressed: isSuppressed(context),
    session: sessionOf(context),
    remote: above !== undefined && isSpanContextValid(above) ? above : undefined,
  };
}
