/**
 * The `@Type` of what is free in form: class-transformer leaves such a value alone, where it would otherwise walk through it and
 * take keys such as `constructor` for its own. A `@Transform` beside it takes the value from `obj`.
 */
export const Opaque: BooleanConstructor = Boolean;
