import {
  getBudgetSignal,
  init,
  recordMessage,
  shutdown,
  TracedAgent,
  type TraceExporter,
  traceAgent,
  traceConversation,
  traceLLM,
  traceTool,
} from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { later } from '../support/recording.js';

afterEach(() => shutdown());

describe('a trace that has ended, and is remembered', () => {
  it.each([
    ['none of the agents that spoke in it', converse],
    ['no agent that was at work when its conversation had ended', workOn],
    ['nothing that a model has asked of a tool which was never called', askInVain],
    ['nobody who listened to its budget', listen],
  ])('holds %s', async (_what, trace) => {
    init({ exporters: [inLines()] });
    const object = await trace();

    expect(await isHeld(object)).toBe(false);
  });

  it('holds nothing of a set-up that another one has replaced', async () => {
    const exporter = replaced();

    init({ exporters: [] });
    traceTool(() => 1, { name: 'tool' })();

    expect(await isHeld(exporter)).toBe(false);
  });
});

function inLines(): TraceExporter {
  return { name: 'lines', delivery: 'inline', export() {}, exportLines() {} };
}

/** The exporter of a set-up, which has written a line. */
function replaced(): WeakRef<object> {
  const exporter = inLines();
  init({ exporters: [exporter] });
  traceTool(() => 1, { name: 'tool' })();
  return new WeakRef(exporter);
}

@TracedAgent()
class Bob {
  readonly name = 'Bob';

  work(): string {
    return 'done';
  }
}

function converse(): WeakRef<object> {
  const bob = new Bob();
  traceConversation('chat', () => {
    recordMessage({ from: 'Ada', to: bob, content: 'Are you there?' });
    bob.work();
    recordMessage({ from: bob, to: 'Ada', content: 'Yes.' });
  });
  return new WeakRef(bob);
}

/** A tool that is late keeps the trace open. */
async function workOn(): Promise<WeakRef<object>> {
  const bob = new Bob();
  const gate = new Gate();
  const late = traceConversation('chat', () => {
    setImmediate(() => gate.open(bob.work()));
    return { tool: traceTool(() => gate.isOpen, { name: 'late' })() };
  });
  await late.tool;
  return new WeakRef(bob);
}

/** What the model wants the tool to be called with. */
function askInVain(): WeakRef<object> {
  const answer = { content: [{ type: 'tool_use', id: 'call-1', name: 'search', input: { query: 'rain' } }] };
  traceLLM(() => answer, { name: 'llm' })();
  return new WeakRef(answer.content[0]?.input as object); // the only one
}

function listen(): WeakRef<object> {
  const listener = { count: 0 };
  const agent = (): void => {
    getBudgetSignal()?.addEventListener('abort', () => {
      listener.count += 1;
    });
  };
  traceAgent(agent, { name: 'agent', budget: { llmCalls: 1 } })();
  return new WeakRef(listener);
}

class Gate {
  open: (value: unknown) => void = () => undefined;
  readonly isOpen: Promise<unknown> = new Promise((resolve) => {
    this.open = resolve;
  });
}

async function isHeld(object: WeakRef<object>): Promise<boolean> {
  await later(1);
  globalThis.gc?.();
  return object.deref() !== undefined;
}
