import 'reflect-metadata';
import { Expose, instanceToPlain, Transform } from 'class-transformer';

/** A value an event or a link may carry, as OpenTelemetry allows. */
export type EventAttributeValue = string | number | boolean | readonly (string | number | boolean | null | undefined)[];

/** Something that happened at one moment of a span: an `exception`, or an event of the user's. */
export class SpanEvent {
  @Expose({ toPlainOnly: true })
  readonly name: string;

  /** Nanoseconds since 1970. */
  @Expose({ name: 'time_unix_nano', toPlainOnly: true })
  @Transform(({ value }) => String(value), { toPlainOnly: true })
  readonly timeNs: bigint;

  readonly attributes: { readonly [key: string]: EventAttributeValue };

  constructor(name = '', timeNs = 0n, attributes: Readonly<Record<string, EventAttributeValue>> = {}) {
    this.name = name;
    this.timeNs = timeNs;
    this.attributes = attributes;
  }

  /** The event in MLflow's trace JSON. */
  toJSON(): Record<string, unknown> {
    return { ...instanceToPlain(this, { excludeExtraneousValues: true }), attributes: this.attributes };
  }
}
