/**
 * Decorators that trace the agents you write yourself: turns, LLM calls, tool calls, tokens.
 *
 * @module
 */
export type {
  AgentSummary,
  Conversation,
  Failure,
  Message,
  TokenColumn,
  TokenMatrix,
  TokenRow,
  ToolCall,
  Turn,
} from './conversation/conversation.js';
export { conversationOf } from './conversation/conversation-of.js';
export { conversationsOf, type SessionConversations } from './conversation/conversations-of.js';
export { toMermaid } from './conversation/to-mermaid.js';
