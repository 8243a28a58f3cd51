import 'reflect-metadata';
import type { HiddenArguments } from '../tracing/capture/argument-names.js';
import { markSensitive } from '../tracing/capture/class-facts.js';
import { constructorSource, parameterNames, readNames } from '../utils/parameter-names.js';
import { hiddenByAny } from './hidden-arguments.js';
import { type Callable, isStandardContext } from './method-decorator.js';

/** `@Sensitive()` stands on fields and accessors in both conventions, and on parameters in the legacy one. */
export interface SensitiveDecorator {
  /** Standard convention. */
  (
    value: unknown,
    context: ClassFieldDecoratorContext | ClassAccessorDecoratorContext | ClassGetterDecoratorContext,
  ): void;
  /** Legacy convention: property, or parameter of a method. */
  <Value>(target: object, key: string | symbol | undefined, index?: number | AccessorOf<Value>): void;
}

/** Tells an accessor from a method. */
type AccessorOf<Value> = Value extends Callable ? never : TypedPropertyDescriptor<Value>;

const hiddenKey = 'traced-agents:sensitive';

/**
 * Whatever stands here never enters a trace: `[redacted]` stands in its place, wherever an instance of the class is captured.
 * On a parameter of a traced method (legacy decorators only; `sensitive: ['name']` serves both conventions) it hides that argument; on
 * one of a constructor also the fields that it is assigned to, as `constructor(@Sensitive() readonly key: string)` does.
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
    if (typeof third === 'number') {
      if (second === undefined) markFieldsOf(first as { readonly prototype: object }, third);
      return markParameter(first as object, second as string | symbol | undefined, third);
    }
    const isMethod = typeof (third as PropertyDescriptor | undefined)?.value === 'function';
    if (second === undefined || isMethod) throw misplaced(String(second ?? 'the class'));
    markSensitive(first as object, second as string | symbol);
  };
}

/** The arguments of a method that `@Sensitive()` stands before, there or in a class above. */
export function sensitiveParametersOf(owner: object, key: PropertyKey | undefined): HiddenArguments[] {
  // Set below. Those of a constructor stand without a key.
  const hidden = Reflect.getMetadata(hiddenKey, owner, key as string) as HiddenArguments | undefined;
  return hidden === undefined ? [] : [hidden];
}

/** A constructor's parameter may be a field, too: those it is assigned to are hidden with it. */
function markFieldsOf(owner: { readonly prototype: object }, index: number): void {
  const source = constructorSource(owner) ?? '';
  const name = readNames(source).names[index];
  if (name === undefined) return;
  const assigned = new RegExp(
    `this(?:\\.|,\\s*["'])([\\p{ID_Continue}$]+)(?:["'],\\s*|\\s*=\\s*)${name.replaceAll('$', '\\$')}(?![\\p{ID_Continue}$])`,
    'gu',
  );
  for (const [, field = name] of source.matchAll(assigned)) markSensitive(owner.prototype, field);
}

function markParameter(target: object, key: string | symbol | undefined, index: number): void {
  // Parameters are decorated before the method: it still stands there as it is written.
  const method: unknown = key === undefined ? undefined : Reflect.get(target, key);
  const isRest = typeof method === 'function' && parameterNames(method as Callable).restIndex === index;
  const hidden = { sensitive: new Set([index]), sensitiveFrom: isRest ? index : Number.POSITIVE_INFINITY };
  Reflect.defineMetadata(
    hiddenKey,
    hiddenByAny([...sensitiveParametersOf(target, key), hidden]),
    target,
    key as string,
  );
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
