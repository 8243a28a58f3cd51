import type { Context } from '@opentelemetry/api';
import { isAgentPrototype } from './capture/class-facts.js';
import { spendInBranch } from './live-budget.js';
import type { Participant } from './participant.js';
import type { RecordingSpan } from './recording-span.js';
import type { SpanConversation } from './span-conversation.js';
import { branchIn } from './surroundings.js';

interface WorkRequest {
  readonly agent: unknown;
  readonly agentName: string | undefined;
  readonly self: unknown;
}

/** How the work's span is begun. */
interface Beginning {
  readonly context: Context;
  readonly request: WorkRequest;
}

/** Tells a conversation of work that begins in it: whose it is, and where it is done. */
export function noteWork(
  conversation: SpanConversation<RecordingSpan>,
  span: RecordingSpan,
  { context, request }: Beginning,
): void {
  const around = branchIn(context);
  const branch = around?.conversation === conversation ? around : undefined;
  if (branch !== undefined) spendInBranch(span, branch);
  conversation.noteChild({ span, owner: ownerOf(request), branch });
}

/** The agent whose entry or other method is called. */
function ownerOf({ agent, agentName, self }: WorkRequest): Participant | undefined {
  if (agentName !== undefined) return { agent, name: agentName };
  const isAgent = typeof self === 'object' && self !== null && isAgentPrototype(Object.getPrototypeOf(self) as object);
  return isAgent ? { agent: self, name: undefined } : undefined;
}
