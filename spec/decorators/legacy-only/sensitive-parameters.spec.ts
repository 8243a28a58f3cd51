import { Sensitive, shutdown, TracedAgent, TracedTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, spanNamed } from '../../support/recording.js';

afterEach(async () => {
  await shutdown();
});

describe('@Sensitive on a parameter', () => {
  it('hides that argument', () => {
    class Program {
      @TracedTool() pay(_amount: number, @Sensitive() _card: string, @Sensitive() { pin }: { pin: number }) {
        return pin;
      }
    }
    const memory = recordInMemory();

    new Program().pay(5, '4111', { pin: 7 });

    expect(spanNamed(memory, 'pay').inputs).toEqual({ _amount: 5, _card: '[redacted]', arg2: '[redacted]' });
  });

  it('hides it also in an entry that only the class decorator traces', () => {
    @TracedAgent()
    class Agent {
      readonly name = 'a';
      run(_question: string, @Sensitive() _key: string) {}
    }
    const memory = recordInMemory();

    new Agent().run('why', 'k');

    expect(spanNamed(memory, 'a.run').inputs).toEqual({ _question: 'why', _key: '[redacted]' });
  });
});
