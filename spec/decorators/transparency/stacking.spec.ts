import 'reflect-metadata';
import { describe } from 'vitest';
import { indistinguishable } from '../../support/variants.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** A decorator of somebody else's, for both conventions: it wraps, and keeps nothing of the method's face. */
function Doubled() {
  const wrap = (method: Method): Method =>
    function (this: unknown, ...args: unknown[]) {
      return Number(Reflect.apply(method, this, args)) * 2;
    };
  return ((first: unknown, _second: unknown, descriptor?: PropertyDescriptor): unknown =>
    descriptor === undefined
      ? wrap(first as Method)
      : { ...descriptor, value: wrap(descriptor.value as Method) }) as never as MethodDecorator &
    ((method: unknown, context: ClassMethodDecoratorContext) => never);
}

/** A decorator that marks the function with reflect metadata and an own property, as frameworks do. */
function Role(role: string) {
  return ((first: unknown, _second: unknown, descriptor?: PropertyDescriptor): void => {
    const method = (descriptor === undefined ? first : descriptor.value) as Method & { role?: string };
    Reflect.defineMetadata('role', role, method);
    method.role = role;
  }) as never as MethodDecorator & ((method: unknown, context: ClassMethodDecoratorContext) => void);
}

describe('a traced method', () => {
  indistinguishable(
    'under and over another decorator',
    ({ tool }) => {
      class Program {
        @tool() @Doubled() over(x: number) {
          return x + 1;
        }
        @Doubled() @tool() under(x: number) {
          return x + 1;
        }
      }
      return new Program();
    },
    (program) => [program.over(1), program.under(1)],
    2,
  );

  indistinguishable(
    'with reflect metadata from above and below',
    ({ tool }) => {
      class Program {
        @tool() @Role('admin') below() {}
        @Role('guest') @tool() above() {}
      }
      return Program.prototype;
    },
    (prototype) => [
      Reflect.getMetadata('role', prototype.below),
      Reflect.getMetadata('role', prototype.above),
      Reflect.getMetadataKeys(prototype.below),
      Reflect.ownKeys(prototype.below),
      Reflect.ownKeys(prototype.above),
    ],
    0,
  );

  indistinguishable(
    'traced twice',
    ({ tool, llm }) => {
      class Program {
        @tool() @llm() run(x: number) {
          return x + 1;
        }
      }
      return new Program();
    },
    (program) => program.run(1),
    1,
  );
});
