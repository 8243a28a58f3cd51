import { shutdown, TracedAgent, TracedLLM, TracedTool, traceLLM, traceToLine, traceTool } from 'traced-agents';
import { afterEach, describe, expect, it } from 'vitest';
import { recordInMemory, spanNamed } from '../support/recording.js';

afterEach(shutdown);

type Pay = (...args: unknown[]) => unknown;

function inputsOf(
  pay: Pay,
  args: unknown[],
  options: { sensitive: (string | number)[]; argNames?: string[] },
): unknown {
  const memory = recordInMemory();
  traceTool(pay, { name: 'pay', captureOutputs: false, ...options })(...args);
  expect(memory.traces.map(traceToLine).join()).not.toContain('canary');
  return spanNamed(memory, 'pay').inputs;
}

describe('arguments that are said to be sensitive', () => {
  it('are hidden by their names', () => {
    const pay = ((amount: number, card: string) => amount + card) as Pay;

    expect(inputsOf(pay, [5, 'canary'], { sensitive: ['card'] })).toEqual({ amount: 5, card: '[redacted]' });
  });

  it('are hidden by the names they are given, and by their own', () => {
    const pay = ((amount: number, card: string) => amount + card) as Pay;

    expect(inputsOf(pay, [5, 'canary'], { sensitive: ['card'], argNames: ['sum', 'number'] })).toEqual({
      sum: 5,
      number: '[redacted]',
    });
    expect(inputsOf(pay, [5, 'canary'], { sensitive: ['number'], argNames: ['sum', 'number'] })).toEqual({
      sum: 5,
      number: '[redacted]',
    });
  });

  it('are hidden whole where a key of theirs is named', () => {
    const pay = ((amount: number, { card = '' }: { card?: string }) => amount + card) as Pay;

    expect(inputsOf(pay, [5, { card: 'canary' }], { sensitive: ['card'] })).toEqual({ amount: 5, arg1: '[redacted]' });
  });

  it('are hidden from their place on where they are the rest', () => {
    const pay = ((amount: number, ...cards: string[]) => amount + cards.join()) as Pay;

    expect(inputsOf(pay, [5, 'canary', 'canary'], { sensitive: ['cards'] })).toEqual({
      amount: 5,
      cards: '[redacted]',
    });
    expect(inputsOf(pay, [5, 'canary', 'canary'], { sensitive: ['arg2'] })).toEqual({ amount: 5, cards: '[redacted]' });
    expect(inputsOf(pay, [5, 'canary', 'canary'], { sensitive: ['cards'], argNames: ['sum', 'one', 'two'] })).toEqual({
      sum: 5,
      one: '[redacted]',
      two: '[redacted]',
    });
  });

  it.each<[string, Pay]>([
    ['misspelt', ((crad: string) => crad) as Pay],
    ['minified', ((e: string) => e) as Pay],
    ['bound', ((card: string) => card).bind(undefined) as Pay],
    ['behind a wrapper', (...args) => args],
    ['native', JSON.stringify as Pay],
  ])('take all others with them where nobody knows which is meant: %s', (_case, pay) => {
    const inputs = inputsOf(pay, ['canary', null], { sensitive: ['card'] }) as object;

    expect(new Set(Object.values(inputs))).toEqual(new Set(['[redacted]']));
  });

  it('are hidden by their positions', () => {
    const pay = ((amount: number, card: string, ...more: string[]) => [amount, card, more]) as Pay;

    expect(inputsOf(pay, [5, 'canary', 'm'], { sensitive: [1] })).toEqual({
      amount: 5,
      card: '[redacted]',
      more: ['m'],
    });
    expect(inputsOf(pay, [5, 'c', 'm', 'canary'], { sensitive: [3] })).toEqual({
      amount: 5,
      card: 'c',
      more: '[redacted]',
    });
  });

  it('are each hidden where several have the name', () => {
    const pay = (({ card }: { card: string }, { card: other }: { card: string }) => card + other) as Pay;
    const args = [{ card: 'canary' }, { card: 'canary' }];

    expect(inputsOf(pay, args, { sensitive: ['card'] })).toEqual({ arg0: '[redacted]', arg1: '[redacted]' });
    expect(inputsOf(pay, args, { sensitive: ['x'], argNames: ['x', 'x'] })).toEqual({ x: '[redacted]' });
  });

  it('are hidden alone where the values of a rest parameter have names', () => {
    const pay: Pay = (...args) => args.length;

    expect(inputsOf(pay, ['canary', 5], { sensitive: ['card'], argNames: ['card', 'sum'] })).toEqual({
      card: '[redacted]',
      sum: 5,
    });
  });

  it('stay hidden where another of our decorators stands above', () => {
    @TracedAgent({ methods: ['charge'] })
    class Payer {
      readonly name = 'p';
      @TracedLLM() @TracedTool({ sensitive: ['card'] }) pay(_amount: number, card: string) {
        return card.length;
      }
      @TracedAgent({ sensitive: ['card'] }) charge(_amount: number, card: string) {
        return card.length;
      }
      @TracedLLM() @TracedTool({ captureInputs: false, captureOutputs: false }) refund(card: string) {
        return card;
      }
    }
    const memory = recordInMemory();
    const payer = new Payer();

    payer.pay(5, 'canary');
    payer.charge(5, 'canary');
    payer.refund('canary');

    expect(memory.traces.map((trace) => trace.data.spans[0]?.inputs)).toEqual([
      { _amount: 5, card: '[redacted]' },
      { _amount: 5, card: '[redacted]' },
      undefined,
    ]);
    expect(memory.traces.map(traceToLine).join()).not.toContain('canary');
  });

  it('do not name the model of a call either', () => {
    const memory = recordInMemory();

    traceLLM((model: string) => model.length, { name: 'ask', sensitive: ['model'] })('canary');
    traceLLM((request: { model: string }) => request.model.length, { name: 'ask', sensitive: ['request'] })({
      model: 'canary',
    });

    expect(memory.traces.map(traceToLine).join()).not.toContain('canary');
  });
});
