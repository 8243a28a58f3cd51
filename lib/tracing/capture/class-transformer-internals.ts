import { createRequire } from 'node:module';

type Targets = { has(target: unknown): boolean };

/** What is used of class-transformer's storage: the classes that its decorators met. */
export interface TransformStorage {
  readonly _excludeMetadatas: Targets;
  readonly _exposeMetadatas: Targets;
  readonly _transformMetadatas: Targets;
  findExposeMetadata(target: unknown, key: string): object | undefined;
  findExposeMetadataByCustomName(target: unknown, name: string): { readonly propertyName?: string } | undefined;
}

/** What is used of its executor: it meets each value, and asks which fields an object has. */
export interface TransformExecutor {
  transform(source: unknown, value: unknown, ...rest: unknown[]): unknown;
  getKeys(target: unknown, instance: object, isMap: boolean): string[];
}

/** Parts of class-transformer that are not at its public door. */
export interface TransformInternals {
  readonly storage: TransformStorage;
  readonly Executor: new (kind: number, options: object) => TransformExecutor;
}

/**
 * The internals of each copy of class-transformer that is loaded; none in a bundle. They are looked for among the modules that Node has
 * loaded, and not imported: that would cost each program's start as much as a tenth of all the package. Nor are they asked for from where
 * this file stands (`import.meta`), which would keep it from being compiled to CommonJS, as Jest does with Babel.
 */
export function loadedTransformInternals(): TransformInternals[] {
  const { cache } = createRequire('/');
  return Object.keys(cache)
    .filter((path) => storagePath.test(path))
    .flatMap((path) => {
      const storage: unknown = cache[path]?.exports?.defaultMetadataStorage;
      const Executor: unknown = cache[path.replace(storagePath, executorPath)]?.exports?.TransformOperationExecutor;
      return storage === undefined || Executor === undefined ? [] : [{ storage, Executor } as TransformInternals];
    });
}

const storagePath = /(?<=[\\/]class-transformer[\\/]cjs[\\/])storage\.js$/;
const executorPath = 'TransformOperationExecutor.js';
