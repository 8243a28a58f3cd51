import { conversationOf, type Turn } from 'traced-agents';
import { describe, expect, it } from 'vitest';
import { aTrace, type SpanParts } from '../support/traces.js';

function turnOf(span: SpanParts): Turn | undefined {
  return conversationOf(aTrace({ spans: [{ type: 'AGENT', ...span }] })).turns[0];
}

const heard = { message: 'hi', sender: 'Ann' };

describe('the agent of a span', () => {
  it.each([
    ['assistant.run', 'assistant'],
    ['gpt-4.1.run', 'gpt-4.1'],
    ['gpt-4.1', 'gpt-4.1'],
    ['llama3.1', 'llama3.1'],
    ['.run', '.run'],
    ['Bot', 'Bot'],
  ])('of the name %s is %s', (name, agent) => {
    expect(turnOf({ name })?.agent).toBe(agent);
  });

  it.each([
    ['Bot.handle', 'handle', 'Bot'],
    ['meta.llama', 'run', 'meta.llama'],
    ['handle', 'handle', 'handle'],
  ])('of the name %s and the function %s is %s', (name, functionName, agent) => {
    expect(turnOf({ name, attributes: { 'mlflow.spanFunctionName': functionName } })?.agent).toBe(agent);
  });
});

describe('a span that takes a message and a sender for arguments', () => {
  it.each([
    ['returns nothing', {}],
    ['returns no message', { outputs: 'so' }],
    ['returns a message that nobody sends', { outputs: { message: 'sent' } }],
    ['fails', { error: 'Error: no' }],
  ])('is a call of its agent if it %s', (_what, parts) => {
    const turn = turnOf({ name: 'Bot.handle', inputs: heard, ...parts });

    expect(turn).toMatchObject({ agent: 'Bot', from: undefined, to: 'Bot', message: heard });
  });

  it.each([
    ['says a message, too', { outputs: { message: 'yo', sender: 'Bot 2.x' } }, 'yo'],
    ['failed, and tells the format', { error: 'Error: no', attributes: { 'mlflow.message.format': 'ag2' } }, undefined],
    [
      'failed, and tells who spoke',
      { error: 'Error: no', attributes: { 'traced_agents.message.from': 'Bot 2.x' } },
      undefined,
    ],
  ])('is a message if it %s', (_what, parts, message) => {
    const turn = turnOf({ name: 'Bot 2.x', inputs: heard, ...parts });

    expect(turn).toMatchObject({ agent: 'Bot 2.x', from: 'Bot 2.x', to: 'Ann', message });
  });
});
