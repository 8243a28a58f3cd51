type Method = (this: unknown, ...args: unknown[]) => unknown;

/** A decorator of somebody else's, for both conventions: it wraps, and keeps nothing of the method's face. */
export function Foreign() {
  const wrap = (method: Method): Method =>
    function (this: unknown, ...args: unknown[]) {
      return Reflect.apply(method, this, args);
    };
  return ((first: unknown, _second: unknown, descriptor?: PropertyDescriptor): unknown =>
    descriptor === undefined
      ? wrap(first as Method)
      : { ...descriptor, value: wrap(descriptor.value as Method) }) as never as MethodDecorator &
    ((method: unknown, context: ClassMethodDecoratorContext) => never);
}
