import { MlflowClient } from 'traced-agents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedServer } from '../../support/scripted-server.js';

const rule = 'must be a JSON value: a text, a finite number, true, false, null, or a list or an object of them. But';
const circle: Record<string, unknown> = {};
circle['self'] = circle;

const misuses: readonly (readonly [unknown, string])[] = [
  [undefined, 'undefined is none.'],
  [Number.NaN, 'NaN is none.'],
  [Number.NEGATIVE_INFINITY, '-Infinity is none.'],
  [new Date(Number.NaN), 'Invalid Date is none.'],
  [10n, '10n is none.'],
  [Symbol('s'), 'Symbol(s) is none.'],
  [() => 1, '[Function (anonymous)] is none.'],
  [new Map([[1, 2]]), 'Map(1) { 1 => 2 } is none.'],
  [new Set([1]), 'Set(1) { 1 } is none.'],
  [[undefined], '[ undefined ] is none.'],
  [{ score: Number.NaN }, '{ score: NaN } is none.'],
  [{ score: 1n }, '{ score: 1n } is none.'],
  [circle, '<ref *1> { self: [Circular *1] } is none.'],
];

describe('the value of an assessment', () => {
  let server: ScriptedServer;
  let mlflow: MlflowClient;

  beforeAll(async () => {
    server = await ScriptedServer.start(() => ({ status: 200, body: '{"assessment":{"assessment_id":"a"}}' }));
    mlflow = new MlflowClient({ trackingUri: server.url });
  });

  afterAll(() => server.stop());

  it.each(misuses)('is refused before it is sent: %o', async (value, message) => {
    const logged = mlflow.logFeedback('tr-1', { name: 'good', value });

    await expect(logged).rejects.toThrow(TypeError);
    await expect(logged).rejects.toThrow(`The value of the feedback 'good' ${rule} ${message}`);
    expect(server.seen).toEqual([]);
  });

  it('is refused in expectations and updates, too', async () => {
    const value = Number.NaN;

    await expect(mlflow.logExpectation('tr-1', { name: 'x', value })).rejects.toThrow(/the expectation 'x' must be/);
    await expect(mlflow.updateFeedback('tr-1', 'a', { value })).rejects.toThrow(/the feedback must be/);
    await expect(mlflow.updateExpectation('tr-1', 'a', { value })).rejects.toThrow(/the expectation must be/);
    expect(server.seen).toEqual([]);
  });

  it.each([null, false, 0, '', [], [null, { a: [1.5] }], { a: undefined }, new Date(0)])('may be %o', async (value) => {
    await expect(mlflow.logFeedback('tr-1', { name: 'good', value })).resolves.toBe('a');

    expect(JSON.parse(server.seen.pop()?.body ?? '').assessment.feedback).toEqual(
      JSON.parse(JSON.stringify({ value })),
    );
  });
});
