import { conversationsOf, shutdown, traceAgent, withSession } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory } from '../support/recording.js';
import { aTrace } from '../support/traces.js';

afterEach(shutdown);

const trace = (second: number, session?: string) =>
  aTrace({
    id: `tr-${String(second).padStart(32, '0')}`,
    requestTime: new Date(second * 1000),
    ...(session === undefined ? {} : { session }),
  });

describe('conversationsOf', () => {
  it('strings the conversations of each session together, in order of start', () => {
    const sessions = conversationsOf([trace(5, 'b'), trace(3, 'a'), trace(4), trace(1, 'b'), trace(2, 'a')]);

    expect(
      sessions.map(({ session, conversations }) => [session, conversations.map(({ startTimeNs }) => startTimeNs)]),
    ).toEqual([
      ['b', [1_000_000_000n, 5_000_000_000n]],
      ['a', [2_000_000_000n, 3_000_000_000n]],
      [undefined, [4_000_000_000n]],
    ]);
  });

  it('tells the session and the id of each trace', () => {
    const [only] = conversationsOf([trace(7, 's')]);

    expect(only?.conversations.map(({ session, traceId }) => [session, traceId])).toEqual([
      ['s', 'tr-00000000000000000000000000000007'],
    ]);
  });

  it('finds what withSession linked, across conversations and beside others', async () => {
    const memory = recordInMemory();
    const ask = traceAgent(async (question: string) => question, { name: 'Ada' });

    await Promise.all([
      withSession({ session: 'one' }, async () => {
        await ask('a');
        await ask('b');
      }),
      withSession({ session: 'two' }, () => ask('c')),
      ask('d'),
    ]);

    const sessions = conversationsOf(memory.traces).map(({ session, conversations }): [string, unknown] => [
      String(session),
      conversations.map(({ messages }) => messages[1]?.content),
    ]);
    expect(Object.fromEntries(sessions)).toEqual({ one: ['a', 'b'], two: ['c'], undefined: ['d'] });
  });
});
