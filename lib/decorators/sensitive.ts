import 'reflect-metadata';
import { markSensitive } from '../tracing/capture/class-facts.js';
import { isStandardContext } from './method-decorator.js';

/** `@Sensitive()` stands on fields and accessors in both conventions, and on parameters in the legacy one. */
export interface SensitiveDecorator {
  /** Standard convention. */
  (
    value: unknown,
    context: ClassFieldDecoratorContext | ClassAccessorDecoratorContext | ClassGetterDecoratorContext,
  ): void;
  /** Legacy convention: property, or parameter of a method. */
  (target: object, key: string | symbol | undefined, index?: number | PropertyDescriptor): void;
}

const positionsKey = 'traced-agents:sensitive';

/**
 * Whatever stands here never enters a trace: `[redacted]` stands in its place, wherever an instance of the class is captured.
 * On a parameter of a traced method (legacy decorators only; `sensitive: ['name']` serves both conventions) it hides that argument.
 *
 * @throws {TypeError} at decoration, on a method or a class.
 * @example
 * ```ts
 * class Account {
 *   owner = 'Ada';
 *   @Sensitive() iban = 'DE02120300000000202051';
 * }
 * ```
 */
export function Sensitive(...rest: never[]): SensitiveDecorator {
  if (rest.length > 0) throw new TypeError('@Sensitive stands without its parentheses. Write @Sensitive() instead.');
  return (first: unknown, second: unknown, third?: unknown): void => {
    if (isStandardContext(second)) return markStandard(second);
    if (typeof third === 'number') return markParameter(first as object, second as string | symbol, third);
    const isMethod = typeof (third as PropertyDescriptor | undefined)?.value === 'function';
    if (second === undefined || isMethod) throw misplaced(String(second ?? 'the class'));
    markSensitive(first as object, second as string | symbol);
  };
}

/** The positions of a method's arguments that `@Sensitive()` stands before. */
export function sensitivePositionsOf(owner: object | undefined, key: PropertyKey): readonly number[] {
  if (owner === undefined) return [];
  return (Reflect.getOwnMetadata(positionsKey, owner, key as string | symbol) as number[] | undefined) ?? []; // set below
}

function markParameter(target: object, key: string | symbol, index: number): void {
  const positions = sensitivePositionsOf(target, key);
  Reflect.defineMetadata(positionsKey, [...positions, index], target, key);
}

function markStandard(context: DecoratorContext): void {
  if (context.kind === 'method' || context.kind === 'class') throw misplaced(String(context.name));
  const { name } = context;
  // Private members are never captured; of the others the class is known only when there is an instance.
  if (!context.private) {
    context.addInitializer(function (this: unknown) {
      markSensitive(Object.getPrototypeOf(this) as object, name);
    });
  }
}

function misplaced(name: string): TypeError {
  return new TypeError(
    `@Sensitive can only decorate a field, an accessor or a parameter, but '${name}' is none. To hide arguments of a method, use its option 'sensitive'.`,
  );
}
