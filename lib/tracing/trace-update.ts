/** What may be said of the trace one is in. Keys that are left out, or `undefined`, stay as they are. */
export interface TraceUpdate {
  /** Labels; merged. */
  readonly tags?: Readonly<Record<string, string | undefined>>;
  /** Facts; merged. */
  readonly metadata?: Readonly<Record<string, string | undefined>>;
  /** The conversation or user session the trace belongs to. */
  readonly session?: string;
  readonly user?: string;
  /** Shown in lists in place of the root's name. */
  readonly name?: string;
}
