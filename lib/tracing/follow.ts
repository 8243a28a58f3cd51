import type { RecordingSpan } from './recording-span.js';
import type { HeldSession } from './surroundings.js';

/**
 * Ties a root to the span it would have been a child of, had that one's trace not left already: fire and forget, or an agent that
 * runs for longer than traces stay open. Its session goes on, unless another one began in it.
 */
export function follow(root: RecordingSpan, parent: RecordingSpan, session: HeldSession | undefined): void {
  const { trace } = root;
  trace.session = parent.trace.session;
  trace.user = parent.trace.user;
  if (session?.within === parent.trace) trace.update(session);
  root.addLink({ context: parent.spanContext() });
}
