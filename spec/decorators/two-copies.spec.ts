import { Sensitive, shutdown, TracedAgent, TracedTool } from 'traced-agents';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { recordInMemory, spanNamed, treeOf } from '../support/recording.js';

afterEach(shutdown);

vi.resetModules();
const other = await import('../../lib/index.js');

describe('another copy of the package', () => {
  it('is another one', () => {
    expect(other.TracedTool).not.toBe(TracedTool);
  });

  it('captures agents and sensitive fields as this one does', () => {
    @other.TracedAgent()
    class Payer {
      readonly name = 'Ada';
      pay(_account?: Account, _payer?: Payer) {}
    }
    class Account {
      @other.Sensitive() iban = 'canary';
      @Sensitive() pin = 'canary';
    }
    const memory = recordInMemory();

    new Payer().pay(new Account(), new Payer());

    expect(spanNamed(memory, 'Ada.pay').inputs).toEqual({
      _account: { iban: '[redacted]', pin: '[redacted]' },
      _payer: 'Ada',
    });
  });

  it('knows the methods that this one has decorated', () => {
    @other.TracedAgent()
    class Planner {
      readonly name: string = 'p';
      plan() {
        return this.search();
      }
      @TracedTool() search() {
        return this.rank();
      }
      @TracedTool() @other.TracedTool() rank() {
        return 1;
      }
    }
    @TracedAgent()
    class Writer extends Planner {
      override readonly name: string = 'w';
      @other.Untraced() draft() {
        return this.plan();
      }
    }
    const memory = recordInMemory();

    new Writer().draft();

    expect(memory.traces.map(treeOf)).toEqual(['w.plan[search[rank]]']);
  });
});
