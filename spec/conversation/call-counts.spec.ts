import { conversationOf } from 'traced-agents';
import { describe, expect, it } from 'vitest';
import { aTrace, type SpanParts } from '../support/traces.js';

const agent = { id: 1, name: 'agent', type: 'AGENT' };
const callId = (id: string) => ({ 'gen_ai.tool.call.id': id });

function countsOf(...within: readonly SpanParts[]): readonly (number | undefined)[] {
  const [turn] = conversationOf(aTrace({ spans: [agent, ...within] })).turns;
  return [turn?.llmCalls, turn?.toolCalls];
}

describe('the calls of a turn', () => {
  it('count a wrapper around calls of a model with the first of them', () => {
    const counts = countsOf(
      { id: 2, parent: 1, type: 'LLM' },
      { id: 3, parent: 2, type: 'CHAIN' },
      { id: 4, parent: 3, type: 'CHAT_MODEL' },
      { id: 5, parent: 3, type: 'CHAT_MODEL' },
      { id: 6, parent: 1, type: 'LLM' },
    );

    expect(counts).toEqual([3, 0]);
  });

  it('count what a tool asks a model within the call of one', () => {
    const counts = countsOf(
      { id: 2, parent: 1, type: 'LLM' },
      { id: 3, parent: 2, type: 'TOOL' },
      { id: 4, parent: 3, type: 'LLM' },
    );

    expect(counts).toEqual([2, 1]);
  });

  it('count two spans of one tool call once, and a tool that another one calls by itself', () => {
    const counts = countsOf(
      { id: 2, parent: 1, type: 'TOOL', attributes: callId('call-1') },
      { id: 3, parent: 2, type: 'TOOL', attributes: callId('call-1') },
      { id: 4, parent: 3, type: 'TOOL' },
    );

    expect(counts).toEqual([0, 2]);
  });
});
