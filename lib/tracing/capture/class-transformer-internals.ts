import { loadedModules } from '../../utils/loaded-modules.js';
import { readProperty } from '../../utils/read-property.js';

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

/** The internals of each copy of class-transformer that is loaded. To import them would cost each program's start a tenth of all the package. */
export function loadedTransformInternals(): TransformInternals[] {
  const parts = loadedModules(partPath);
  return [...parts].flatMap(([path, module]) => {
    const storage = readProperty(module, 'defaultMetadataStorage');
    const executor = parts.get(path.replace(/storage\.js$/, 'TransformOperationExecutor.js'));
    const Executor = readProperty(executor, 'TransformOperationExecutor');
    return storage === undefined || Executor === undefined ? [] : [{ storage, Executor } as TransformInternals];
  });
}

const partPath = /[\\/]class-transformer[\\/]cjs[\\/](?:storage|TransformOperationExecutor)\.js$/;
