import { mark } from './marks.js';
import { type Anything, methodDecorator, type TracedMethodDecorator } from './method-decorator.js';
import { remember } from './trace-method.js';

/**
 * Keeps a method of a `@TracedAgent` class out of its entries. The method itself is left as it is.
 *
 * @throws {TypeError} at decoration, on anything but a method.
 * @example
 * ```ts
 * @TracedAgent()
 * class Planner {
 *   plan(goal: string) { return this.score(goal); }
 *   @Untraced() score(goal: string) { return goal.length; }
 * }
 * ```
 */
export function Untraced(...rest: never[]): TracedMethodDecorator<Anything[], Anything> {
  if (rest.length > 0) throw new TypeError('@Untraced stands without its parentheses. Write @Untraced() instead.');
  return methodDecorator('Untraced', (method, place) => {
    mark(method, { kind: 'untraced', target: method, definition: undefined });
    remember(place, method);
    return method;
  });
}
