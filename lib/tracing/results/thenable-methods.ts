import { getOrInsert } from '../../utils/get-or-insert.js';

/** A class with more methods is a builder of queries: few of its methods ask for the outcome, and each would have to be shadowed. */
const maxMethods = 32;

const methodsByPrototype = new WeakMap<object, readonly string[]>();

/** The methods beside `then` by which a program may ask an object of a thenable class for its outcome. */
export function methodsOf(thenable: object): readonly string[] {
  const prototype = Reflect.getPrototypeOf(thenable);
  if (prototype === null || isBuiltIn(prototype)) return [];
  return getOrInsert(methodsByPrototype, prototype, () => findMethods(prototype));
}

function findMethods(prototype: object): readonly string[] {
  const methods = new Set<string>();
  for (
    let owner: object | null = prototype;
    owner !== null && !isBuiltIn(owner);
    owner = Reflect.getPrototypeOf(owner)
  ) {
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (typeof value === 'function' && key !== 'then' && key !== 'constructor') methods.add(key);
    }
  }
  return methods.size > maxMethods ? [] : [...methods];
}

/** The built-in methods ask `then`, which is watched already. */
function isBuiltIn(prototype: object): boolean {
  return prototype === Promise.prototype || prototype === Object.prototype || prototype === Function.prototype;
}
