import type { RecordingSpan } from './recording-span.js';
import type { SpanDefinition } from './span-definition.js';

/**
 * Whether a call of an agent's method opens a span.
 *
 * An explicit entry always does, also on a self-call; but a direct `super` call of the same method is still the same entry.
 * An implicit entry does when control comes from outside: when the nearest open agent span is another agent's, or there is none.
 */
export function isEntered(definition: SpanDefinition, parent: RecordingSpan | undefined, self: unknown): boolean {
  if (definition.entry === 'explicit') return parent === undefined || !isSuperCall(definition, parent, self);
  const nearest = nearestAgentSpan(parent);
  return nearest === undefined || nearest.agent !== self;
}

/** The same method of the same object, but another definition: a recursion would meet the overriding one again. */
function isSuperCall(definition: SpanDefinition, parent: RecordingSpan, self: unknown): boolean {
  const { entry, key } = parent.definition;
  return (
    entry !== undefined &&
    key === definition.key &&
    parent.definition !== definition &&
    parent.agent === self &&
    !parent.hasEnded
  );
}

function nearestAgentSpan(span: RecordingSpan | undefined): RecordingSpan | undefined {
  for (let above = span; above !== undefined; above = above.parent) {
    if (above.definition.entry !== undefined && !above.hasEnded) return above;
  }
  return undefined;
}
