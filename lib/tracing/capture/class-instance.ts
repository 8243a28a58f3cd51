import { Exclude, instanceToPlain } from 'class-transformer';
import { ownField } from '../../usage/own-fields.js';
import { isSensitive } from './class-facts.js';
import {
  loadedTransformInternals,
  type TransformInternals,
  type TransformStorage,
} from './class-transformer-internals.js';
import type { KeyBook } from './key-book.js';
import { getterMark, isGetter } from './own-fields.js';
import { redactedMark } from './secret-shapes.js';

class Probe {}
Exclude()(Probe.prototype, 'probe');

let internals: TransformInternals | undefined;
let isAsked = false;

/**
 * class-transformer's internals, of the copy that users' decorators write into. In a bundle there are none to be found; then nothing
 * can be known of a class, and each must be taken for one that hides something.
 */
function reliableInternals(): TransformInternals | undefined {
  if (!isAsked) {
    isAsked = true;
    internals = loadedTransformInternals().find(({ storage }) => hasMet(storage, Probe));
  }
  return internals;
}

/** Whether class-transformer has something to say about the instances of a class. */
export function hasTransformMetadata(prototype: object): boolean {
  const storage = reliableInternals()?.storage;
  return storage === undefined || metClassOf(storage, prototype) !== undefined;
}

/** The nearest class that class-transformer's decorators met: an instance may say another under `constructor`. */
function metClassOf(storage: TransformStorage, prototype: object): unknown {
  for (
    let owner: object | null = prototype;
    owner !== null && owner !== Object.prototype;
    owner = Object.getPrototypeOf(owner) as object | null
  ) {
    if (hasMet(storage, owner.constructor)) return owner.constructor;
  }
  return undefined;
}

function hasMet(storage: TransformStorage, target: unknown): boolean {
  const { _excludeMetadatas, _exposeMetadatas, _transformMetadatas } = storage;
  return _excludeMetadatas.has(target) || _exposeMetadatas.has(target) || _transformMetadatas.has(target);
}

/** Stands for what an instance holds: it is written by the rules of its own class, or as the data that it is. */
export class KeptInstance {
  readonly instance: object;

  constructor(instance: object) {
    this.instance = instance;
  }
}

/**
 * An instance as its `@Exclude`, `@Expose` and `@Transform` want it to be seen. Throws what they throw. Instances in its fields
 * are kept: class-transformer knows nothing of agents and of `@Sensitive`.
 */
export function plainInstance(instance: object, keys: KeyBook): object {
  const found = reliableInternals();
  const prototype = Object.getPrototypeOf(instance) as object;
  const isHidden = (name: string): boolean => isSensitive(prototype, name) || keys.lookUp(name).isSecret;
  return found === undefined ? plainByStandIns(instance, isHidden) : plainByExecutor(instance, isHidden, found);
}

/** Whether what a field holds is hidden for its own name, under whatever other name it is exposed. */
type IsHidden = (name: string) => boolean;

function plainByExecutor(instance: object, isHidden: IsHidden, { storage, Executor }: TransformInternals): object {
  let isInside = false;
  const getters: string[] = [];

  class KeepingExecutor extends Executor {
    override transform(source: unknown, value: unknown, ...rest: unknown[]): unknown {
      if (isInside && isKept(value, rest[0])) return new KeptInstance(value);
      isInside = true;
      return super.transform(source, value, ...rest);
    }

    /** class-transformer calls what is a function: it may, where the class exposes it, but not what a field holds, nor its getter. */
    override getKeys(target: unknown, owner: object, isMap: boolean): string[] {
      return super.getKeys(target, owner, isMap).filter((key) => {
        const field = Object.getOwnPropertyDescriptor(owner, key);
        const isGetter = field?.get !== undefined;
        const isShown =
          (!isGetter && typeof field?.value !== 'function') || storage.findExposeMetadata(target, key) !== undefined;
        if (!isShown && isGetter && owner === shown) getters.push(key);
        return isShown;
      });
    }
  }

  const shown = unlikePromise(instance);
  const target = metClassOf(storage, Object.getPrototypeOf(instance) as object);
  const executor = new KeepingExecutor(classToPlain, { enableCircularCheck: true });
  // An instance stays an object.
  const plain = executor.transform(undefined, shown, target, undefined, false) as Record<string, unknown>;
  for (const key of Object.keys(plain)) {
    const name = storage.findExposeMetadataByCustomName(target, key)?.propertyName;
    if (name !== undefined && isHidden(name)) plain[key] = redactedMark;
  }
  for (const key of getters) plain[key] = getterMark;
  return plain;
}

/** What a field holds is left to its own rules, unless it is data that the field says to be of a class. */
function isKept(value: unknown, type: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return type === undefined || isInstance(value) || hasThen(value);
}

/** class-transformer waits for what has a `then`, which may begin to work for that: a query of a database. */
function unlikePromise(instance: object): object {
  return 'then' in instance ? standInFor(instance, (_key, value) => value) : instance;
}

/** An object of the same class with the same fields, but for those that would be taken for something else. */
function standInFor(instance: object, shown: (key: string, value: unknown) => unknown): object {
  const standIn: object = Object.create(Object.getPrototypeOf(instance) as object) as object;
  Object.defineProperty(standIn, 'then', { value: undefined });
  for (const key of Object.keys(instance)) {
    if (key === 'then' || key === 'constructor') continue;
    const value = shown(key, isGetter(instance, key) ? getterMark : ownField(instance, key));
    Object.defineProperty(standIn, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return standIn;
}

const classToPlain = 1;

/**
 * The same by the public door alone. class-transformer calls a field that is a function, and leaves a function that it returns as it
 * is: so for each instance a function stands in that returns one that carries it, and the callbacks of the user's are left out.
 */
function plainByStandIns(instance: object, isHidden: IsHidden): object {
  const standIn = standInFor(instance, (key, value) => {
    if (typeof value === 'function') return undefined;
    const kept = isInstance(value) || hasThen(value) ? carrierOf(value) : value;
    return isHidden(key) ? redactedMark : kept;
  });
  const plain = instanceToPlain(standIn, { enableCircularCheck: true });
  for (const key of Object.keys(plain)) {
    const kept: unknown = typeof plain[key] === 'function' ? carried.get(plain[key]) : undefined;
    if (kept !== undefined) plain[key] = kept;
  }
  return plain;
}

const carried = new WeakMap<object, KeptInstance>();

function carrierOf(instance: object): () => unknown {
  const carrier = (): undefined => undefined;
  carried.set(carrier, new KeptInstance(instance));
  return () => carrier;
}

function hasThen(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'then' in value;
}

function isInstance(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && prototype !== null;
}
