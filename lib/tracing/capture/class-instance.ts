import { Exclude, instanceToPlain } from 'class-transformer';
// @ts-expect-error: the storage has no types of its own at this path
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';

type Targets = { has(target: unknown): boolean };

/** What is used of class-transformer's storage, which is not part of its public door: the classes that its decorators met. */
const storage = (defaultMetadataStorage ?? {}) as {
  [Name in '_excludeMetadatas' | '_exposeMetadatas' | '_transformMetadatas']?: Targets;
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

/** An instance as its `@Exclude`, `@Expose` and `@Transform` want it to be seen. Throws what they throw. */
export function plainInstance(instance: object): unknown {
  return instanceToPlain(instance, { enableCircularCheck: true });
}

function asksStorage(target: unknown): boolean {
  return [storage._excludeMetadatas, storage._exposeMetadatas, storage._transformMetadatas].some(
    (targets) => targets?.has(target) === true,
  );
}
