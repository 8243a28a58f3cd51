import { Expose, Transform } from 'class-transformer';

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
