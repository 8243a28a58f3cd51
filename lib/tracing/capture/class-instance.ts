import { Exclude, instanceToPlain } from 'class-transformer';
// @ts-expect-error: the storage has no types of its own at this path
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
// @ts-expect-error: likewise
import { TransformOperationExecutor } from 'class-transformer/cjs/TransformOperationExecutor.js';
import { isSensitive } from './class-facts.js';
import { readField } from './own-fields.js';
import { redactedMark } from './secret-shapes.js';

type Targets = { has(target: unknown): boolean };

/** What is used of class-transformer's storage, which is not part of its public door: the classes that its decorators met. */
const storage = (defaultMetadataStorage ?? {}) as {
  [Name in '_excludeMetadatas' | '_exposeMetadatas' | '_transformMetadatas']?: Targets;
} & {
  findExposeMetadata?(target: unknown, key: string): object | undefined;
  findExposeMetadataByCustomName?(target: unknown, name: string): { propertyName?: string } | undefined;
};

class Probe {}
Exclude()(Probe.prototype, 'probe');

/**
 * Whether the storage above is the one that users' decorators write into. A bundler may load two copies; then nothing can be
 * known of a class, and each must be taken for one that hides something.
 */
const isStorageReliable = asksStorage(Probe);

/** Whether class-transformer has something to say about the instances of a class. */
export function hasTransformMetadata(prototype: object): boolean {
  if (!isStorageReliable) return true;
  for (
    let owner: object | null = prototype;
    owner !== null && owner !== Object.prototype;
    owner = Object.getPrototypeOf(owner) as object | null
  ) {
    if (asksStorage(owner.constructor)) return true;
  }
  return false;
}

/** Stands for an instance inside a plain object: it is written by the rules of its own class. */
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
export function plainInstance(instance: object): unknown {
  if (!isStorageReliable) return instanceToPlain(instance, { enableCircularCheck: true });
  const plain: unknown = new KeepingExecutor().transform(undefined, instance, undefined, undefined, false);
  if (typeof plain === 'object' && plain !== null) hideSensitive(plain as Record<string, unknown>, instance);
  return plain;
}

/** What is used of class-transformer's executor: it meets each value, and asks which fields an object has. */
interface Executor {
  transform(source: unknown, value: unknown, ...rest: unknown[]): unknown;
  getKeys(target: unknown, instance: object, isMap: boolean): string[];
}

const Executor = (TransformOperationExecutor ?? class {}) as new (kind: number, options: object) => Executor;
const classToPlain = 1;

class KeepingExecutor extends Executor {
  #isInside = false;

  constructor() {
    super(classToPlain, { enableCircularCheck: true });
  }

  override transform(source: unknown, value: unknown, ...rest: unknown[]): unknown {
    if (this.#isInside && isInstance(value)) return new KeptInstance(value);
    this.#isInside = true;
    return super.transform(source, value, ...rest);
  }

  /** class-transformer calls what is a function: it may, where the class exposes it, but not a callback that a field holds. */
  override getKeys(target: unknown, instance: object, isMap: boolean): string[] {
    return super
      .getKeys(target, instance, isMap)
      .filter((key) => typeof readField(instance, key) !== 'function' || isExposed(target, key));
  }
}

function isInstance(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && prototype !== null;
}

function isExposed(target: unknown, key: string): boolean {
  return storage.findExposeMetadata?.(target, key) !== undefined;
}

/** Fields may be exposed under other names than they are marked by. */
function hideSensitive(plain: Record<string, unknown>, instance: object): void {
  const prototype = Object.getPrototypeOf(instance) as object;
  for (const key of Object.keys(plain)) {
    const name = storage.findExposeMetadataByCustomName?.(instance.constructor, key)?.propertyName;
    if (name !== undefined && isSensitive(prototype, name)) plain[key] = redactedMark;
  }
}

function asksStorage(target: unknown): boolean {
  return [storage._excludeMetadatas, storage._exposeMetadatas, storage._transformMetadatas].some(
    (targets) => targets?.has(target) === true,
  );
}
