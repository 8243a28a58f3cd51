/** What ends a span whose stream or thenable the program let go of. It must not lead to that object, which would live on. */
export interface Abandonable {
  abandon(): void;
}

const registry = new FinalizationRegistry<Following>((following) => following.onCollected());

/**
 * Has it told when an object is collected, once, and unless the following has ended before. It stands between the span and the
 * engine's registry, whose entries keep what they hold for long after they have been taken back.
 */
export class Following {
  #abandonable: Abandonable | undefined;

  constructor(abandonable: Abandonable) {
    this.#abandonable = abandonable;
  }

  /** From here on it is this object, and no other. */
  follow(object: object): void {
    registry.unregister(this);
    registry.register(object, this, this);
  }

  end(): void {
    this.#abandonable = undefined;
    registry.unregister(this);
  }

  onCollected(): void {
    this.#abandonable?.abandon();
  }
}
