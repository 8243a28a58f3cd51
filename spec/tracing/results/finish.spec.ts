import { shutdown, traceAgent, traceLLM } from 'traced-agents';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { recordInMemory } from '../../support/recording.js';

afterEach(shutdown);

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
}

describe('a revoked proxy', () => {
  it.each<[string, () => unknown]>([
    ['as the answer of a model', () => traceLLM(() => revoked(), { name: 'ask' })()],
    ['in the answer of a model', () => traceLLM(() => ({ choices: revoked(), usage: revoked() }), { name: 'ask' })()],
    ['as the request to a model', () => traceLLM((_request: object) => 1, { name: 'ask' })(revoked())],
    [
      'as a chunk of a stream',
      () =>
        traceLLM(
          function* () {
            yield revoked();
          },
          { name: 'ask' },
        )().next(),
    ],
    [
      'as what counts against a budget',
      () => traceAgent(() => traceLLM(() => revoked(), { name: 'ask' })(), { name: 'agent', budget: { tokens: 5 } })(),
    ],
  ])('%s is passed over without a word', (_case, run) => {
    const onError = vi.fn();
    recordInMemory({ onError });

    run();

    expect(onError.mock.calls).toEqual([]);
  });
});
