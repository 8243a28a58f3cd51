import { types } from 'node:util';
import { type IteratorSteps, type StepKind, StepOutcome } from './iterator-steps.js';
import { observeOutcome } from './observe-outcome.js';
import { hasMethod } from './result-kind.js';
import type { Method } from './shadow.js';

/** `next`, `return` or `throw` of an iterator, with its steps seen. */
export function observeStep(steps: IteratorSteps, original: Method, kind: StepKind): Method {
  return generatorMethods.has(original)
    ? observeGeneratorStep(steps, original, kind)
    : observeAnyStep(steps, original, kind);
}

/** What every async generator of the engine's inherits. */
const {
  next,
  return: leave,
  throw: raise,
} = Object.getPrototypeOf(async function* () {}.prototype) as Record<StepKind, Method>;
const generatorMethods: ReadonlySet<Method> = new Set([next, leave, raise]);

/** These never throw, and give promises of plain steps: nothing has to be looked at before it is touched. */
function observeGeneratorStep(steps: IteratorSteps, original: Method, kind: StepKind): Method {
  const onStep = (step: IteratorResult<unknown>): IteratorResult<unknown> => {
    steps.read(step, kind);
    return step;
  };
  const onThrown = (thrown: unknown): never => steps.rethrow(thrown);
  return function (...args) {
    const step = steps.observers.run(original, this, args) as Promise<IteratorResult<unknown>>;
    return step.then(onStep, onThrown);
  };
}

function observeAnyStep(steps: IteratorSteps, original: Method, kind: StepKind): Method {
  const onStep = (step: unknown): unknown => {
    steps.see(step, kind);
    return step;
  };
  const onThrown = (thrown: unknown): never => steps.rethrow(thrown);
  return function (...args) {
    let step: unknown;
    try {
      step = steps.observers.run(original, this, args);
    } catch (thrown) {
      return onThrown(thrown);
    }
    if (isNativePromise(step)) return step.then(onStep, onThrown);
    if (typeof step !== 'object' || step === null || types.isProxy(step)) return step;
    if (!hasMethod(step, 'then')) return onStep(step);
    observeOutcome(step, new StepOutcome(steps, kind));
    return step;
  };
}

function isNativePromise(step: unknown): step is Promise<unknown> {
  return types.isPromise(step) && Object.getPrototypeOf(step) === Promise.prototype;
}
