/** What ends a span whose stream or thenable the program let go of. It must not lead to that object, which would live on. */
export interface Abandonable {
  abandon(): void;
}

const registry = new FinalizationRegistry<Abandonable>((abandonable) => abandonable.abandon());

/** Has it told when the object is collected, once, and unless `observer` has turned away before. */
export function followObject(observer: object, object: object, abandonable: Abandonable): void {
  registry.unregister(observer);
  registry.register(object, abandonable, observer);
}

export function unfollow(observer: object): void {
  registry.unregister(observer);
}
