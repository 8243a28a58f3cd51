import { AttributeKey, SpanType } from '../entities/attributes.js';
import type { Call } from './call-tree.js';
import { textAttribute } from './read-agent-span.js';

/**
 * What is a call of its own: libraries that trace themselves stand within, or around, the decorated calls that use them. A wrapper
 * around a call of a model is that call; only what it calls beyond it is more. So budgets count, too.
 */
export class CallCounts {
  readonly #modelCallAround = new Map<Call, Call | undefined>();
  readonly #wrappers = new Set<Call>();

  /** Asked of every call, after those around it. */
  isModelCall(call: Call): boolean {
    const wrapper = this.#wrapperOf(call.parent);
    this.#modelCallAround.set(call, wrapper);
    if (!isOfModel(call)) return false;
    if (wrapper === undefined || this.#wrappers.has(wrapper)) return true;
    this.#wrappers.add(wrapper);
    return false;
  }

  /** What a tool does within a model's call is not that call. */
  #wrapperOf(parent: Call | undefined): Call | undefined {
    if (parent === undefined || parent.type === SpanType.tool) return undefined;
    return isOfModel(parent) ? parent : this.#modelCallAround.get(parent);
  }
}

/** Whether a tool's span is no more than another word for the one right within which it stands: both answer the same call of the model's. */
export function isToolCall({ type, span, parent }: Call): boolean {
  if (type !== SpanType.tool) return false;
  const id = parent?.type === SpanType.tool ? textAttribute(span, AttributeKey.toolCallId) : undefined;
  return id === undefined || parent === undefined || id !== textAttribute(parent.span, AttributeKey.toolCallId);
}

function isOfModel({ type }: Call): boolean {
  return type === SpanType.llm || type === SpanType.chatModel;
}
