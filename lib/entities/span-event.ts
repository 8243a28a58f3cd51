import { Expose, Transform } from 'class-transformer';

/** A value an event or a link may carry, as OpenTelemetry allows. */
export type EventAttributeValue = string | number | boolean | readonly (string | number | boolean | null | undefined)[];

/** Something that happened at one moment of a span: an `exception`, or an event of the user's. */
export class SpanEvent {
  @Expose()
  readonly name: string;

  /** Nanoseconds since 1970. */
  @Expose({ name: 'time_unix_nano' })
  @Transform(({ obj }) => BigInt(obj['time_unix_nano'] ?? 0), { toClassOnly: true })
  @Transform(({ value }) => String(value), { toPlainOnly: true })
  readonly timeNs: bigint;

  @Expose()
  // From `obj`: class-transformer's own copy would drop keys such as `constructor`.
  @Transform(({ obj }) => obj['attributes'] ?? {})
  readonly attributes: Readonly<Record<string, EventAttributeValue>>;

  constructor(name = '', timeNs = 0n, attributes: Readonly<Record<string, EventAttributeValue>> = {}) {
    this.name = name;
    this.timeNs = timeNs;
    this.attributes = attributes;
  }
}
