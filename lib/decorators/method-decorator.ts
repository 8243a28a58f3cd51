/* biome-ignore-all lint/suspicious/noExplicitAny: the one file where types of methods nobody knows meet (style rule 17) */

/**
 * Any value: what callbacks get where the user gave no types. Lists of them are written `Anything[]`: an alias would stand in the
 * types of decorators that a program exports, and its declarations could not name it.
 */
export type Anything = any;

/** A function of any kind. */
export type Callable = (this: any, ...args: any[]) => any;

type Element<Output> = Output extends readonly (infer Item)[] ? Item : never;

/** What a traced function may return so that callbacks see `Output`: it, a promise of it, or a stream of its elements. */
export type Resulting<Output> =
  | Output
  | PromiseLike<Output>
  | AsyncIterable<Element<Output>>
  | Iterable<Element<Output>>
  | PromiseLike<AsyncIterable<Element<Output>>>;

/**
 * A decorator for methods, in both conventions. The whole function type passes through, so that generic methods, `this`
 * parameters and generators keep theirs; what callbacks in the options say of arguments and result must fit the method.
 */
export interface TracedMethodDecorator<Args extends readonly unknown[], Output> {
  /** Standard convention (TC39). */
  <This, Fn extends (this: any, ...args: Args extends readonly any[] ? Args : never) => Resulting<Output>>(
    method: Fn,
    context: ClassMethodDecoratorContext<This, Fn & ((this: This, ...args: any) => any)>,
  ): Fn;
  /** Legacy convention (`experimentalDecorators`). */
  <Fn extends (this: any, ...args: Args extends readonly any[] ? Args : never) => Resulting<Output>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Fn>,
  ): TypedPropertyDescriptor<Fn>;
}

/** Where a decorated method stands. */
export interface MethodPlace {
  readonly key: string | symbol;
  readonly isStatic: boolean;
  /** The prototype, or for statics the class; the standard convention does not tell. */
  readonly owner: object | undefined;
  /** What the decorators of one class share in the standard convention, where the runtime has it; `undefined` for statics. */
  readonly metadata: object | undefined;
  /** Runs when an instance is made; the legacy convention needs no such thing. */
  readonly onInstance: ((initialize: (this: object) => void) => void) | undefined;
}

/** What a method decorator does with the method; it returns what stands in its place. */
export type MethodWrapper = (method: Callable, place: MethodPlace) => Callable;

/**
 * Makes one function that serves both conventions. They are told apart by the second argument: an object with a `kind` in the
 * standard one. This is the only place that sees descriptors.
 *
 * @throws {TypeError} from the decorator, when it stands on anything but a method.
 */
export function methodDecorator<Args extends readonly unknown[], Output>(
  decorator: string,
  wrap: MethodWrapper,
): TracedMethodDecorator<Args, Output> {
  function decorate(first: unknown, second: unknown, third?: PropertyDescriptor): unknown {
    if (isStandardContext(second)) return wrap(methodOf(decorator, first, second), standardPlace(second));
    if (second === undefined) throw misplaced(decorator, isClass(first) ? 'class' : 'function', functionName(first));
    const key = second as string | symbol; // by the legacy convention
    if (typeof third?.value !== 'function') throw misplaced(decorator, legacyKind(third), key);
    const place = {
      key,
      isStatic: typeof first === 'function',
      owner: first as object,
      metadata: undefined,
      onInstance: undefined,
    };
    return { ...third, value: wrap(third.value as Callable, place) };
  }
  return decorate as TracedMethodDecorator<Args, Output>;
}

function methodOf(decorator: string, value: unknown, context: ClassMethodDecoratorContext): Callable {
  if (context.kind !== 'method' || typeof value !== 'function') throw misplaced(decorator, context.kind, context.name);
  return value as Callable;
}

function standardPlace(context: ClassMethodDecoratorContext): MethodPlace {
  return {
    key: context.name,
    isStatic: context.static,
    owner: undefined,
    metadata: context.static ? undefined : (context.metadata as object | undefined),
    onInstance: context.static
      ? undefined
      : (initialize) => context.addInitializer(initialize as (this: unknown) => void),
  };
}

/** The context object of the standard convention. */
export function isStandardContext(value: unknown): value is ClassMethodDecoratorContext {
  return typeof value === 'object' && value !== null && typeof (value as { kind?: unknown }).kind === 'string';
}

/** What does for functions what a decorator does for methods. */
const twins: Readonly<Record<string, string>> = {
  TracedTool: 'wrap the function with traceTool()',
  TracedLLM: 'wrap the function with traceLLM()',
  TracedAgent: 'wrap the function with traceAgent()',
  TracedConversation: 'wrap the function with traceConversation()',
  TracedMessage: 'tell each message with recordMessage()',
};

/** The error for a decorator in the wrong place: what it is, what it met, what to do. */
export function misplaced(decorator: string, kind: string, name: string | symbol | undefined): TypeError {
  const met = `${kind === 'accessor' ? 'an' : 'a'} ${kind}`;
  return new TypeError(
    `@${decorator} can only decorate a method, but '${String(name)}' is ${met}. ${remedyFor(decorator, kind)}`,
  );
}

function remedyFor(decorator: string, kind: string): string {
  const twin = twins[decorator];
  if (kind === 'class')
    return twin === undefined
      ? 'Decorate those of its methods that are not to be traced.'
      : 'Decorate its methods, or the class with @TracedAgent().';
  if (twin === undefined) return 'Take it off: only methods are traced.';
  return kind === 'getter' || kind === 'setter'
    ? `Decorate a method that the ${kind} calls.`
    : `Make it a method, or ${twin}.`;
}

function legacyKind(descriptor: PropertyDescriptor | undefined): string {
  if (descriptor?.get !== undefined) return 'getter';
  if (descriptor?.set !== undefined) return 'setter';
  return 'field';
}

function isClass(value: unknown): boolean {
  return typeof value === 'function' && Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;
}

function functionName(value: unknown): string {
  return typeof value === 'function' ? value.name : String(value);
}
