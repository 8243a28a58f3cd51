import { types } from 'node:util';

/**
 * What a callback has answered.
 *
 * @throws {TypeError} for a promise: nobody waits for it. Should it reject, that ends no program.
 */
export function answerNow<Answer>(answer: Answer): Answer {
  if (!isPromise(answer)) return answer;
  void disown(answer);
  throw new TypeError('it returned a promise, but must answer at once');
}

/** Lets a promise that was given where none is waited for reject without harm: `void`, since nobody is left to tell. */
export function disown<Value>(value: Value): Value {
  if (isPromise(value)) void Promise.prototype.then.call(value, undefined, () => undefined);
  return value;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && types.isPromise(value);
}
