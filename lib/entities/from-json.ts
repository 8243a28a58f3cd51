import { Expose, Transform } from 'class-transformer';
import { setOwn } from '../utils/records.js';

/**
 * Reads a property out of the whole object that stands for its owner. class-transformer would walk into what is free in form, and
 * take keys such as `constructor` for its own; under a name that no JSON has it finds nothing to walk into, and asks this.
 * The way back is its owner's `toJSON()`.
 */
export function FromJson(read: (json: Readonly<Record<string, unknown>>) => unknown): PropertyDecorator {
  return (target, property) => {
    Expose({ name: `(${String(property)})`, toClassOnly: true })(target, property);
    Transform(({ obj }) => read(obj), { toClassOnly: true })(target, property);
  };
}

/** A record of texts, frozen: other values as their JSON, as MLflow dumps them, and without those that have none. */
export function textsFromJson(json: unknown): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(json ?? {})) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (text !== undefined) setOwn(texts, key, text);
  }
  return Object.freeze(texts);
}
