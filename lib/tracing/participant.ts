/** An agent that takes part in a conversation. */
export interface Participant {
  /** Its own object, or what stands for it; `undefined` where no more than the name is known. */
  readonly agent: unknown;
  readonly name: string | undefined;
}
