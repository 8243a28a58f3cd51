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
 * The internals of the class-transformer that is installed; `undefined` where there is none to be found, as in a bundle. Loaded when
 * first asked for, and not by `import`: that would cost each program's start as much as a tenth of all the package.
 */
export function loadTransformInternals(): TransformInternals | undefined {
  try {
    const require = createRequire(import.meta.url);
    const { defaultMetadataStorage } = require('class-transformer/cjs/storage.js') as {
      defaultMetadataStorage: TransformStorage;
    };
    const { TransformOperationExecutor } = require('class-transformer/cjs/TransformOperationExecutor.js') as {
      TransformOperationExecutor: TransformInternals['Executor'];
    };
    return { storage: defaultMetadataStorage, Executor: TransformOperationExecutor };
  } catch {
    return undefined;
  }
}
