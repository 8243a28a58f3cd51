import { shutdown, TracedAgent, traceToLine, traceTool } from 'traced-agents';
import { afterEach, expect, it, vi } from 'vitest';
import { recordInMemory } from '../support/recording.js';

afterEach(shutdown);

it('copies of the package in one process know the same agents, secrets and traced functions', async () => {
  vi.resetModules();
  const other = await import('traced-agents');
  class Account {
    iban = 'canary';
  }
  other.Sensitive()(Account.prototype, 'iban');
  class Planner {
    readonly name = 'Ada';
    readonly state = 'canary';
    @TracedAgent() plan(_account: unknown) {}
  }
  class Other {
    readonly name = 'Bob';
    readonly state = 'canary';
    run() {}
  }
  other.TracedAgent()(Other);
  const memory = recordInMemory();

  new Planner().plan(new Account());
  other.traceTool(
    traceTool((value: unknown) => value, { name: 'inner' }),
    { name: 'outer' },
  )(new Other());

  expect(other.TracedAgent).not.toBe(TracedAgent);
  expect(memory.traces.map(traceToLine).join()).not.toContain('canary');
  expect(memory.traces.map(({ data }) => data.spans.map(({ name }) => name))).toEqual([['Ada.plan'], ['outer']]);
});
