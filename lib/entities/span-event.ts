import 'reflect-metadata';
import { Expose, Transform, Type } from 'class-transformer';
import { frozenCopy } from '../utils/deep-freeze.js';
import { Opaque } from './opaque.js';

/** A value an event or a link may carry, as OpenTelemetry allows. */
export type EventAttributeValue = string | number | boolean | readonly (string | number | boolean | null | undefined)[];

/** Something that happened at one moment of a span: an `exception`, or an event of the user's. */
export class SpanEvent {
  @Expose()
  @Transform(({ value }) => String(value ?? ''), { toClassOnly: true })
  readonly name: string;

  /** Nanoseconds since 1970. */
  @Expose({ name: 'time_unix_nano' })
  @Transform(({ obj }) => BigInt(obj['time_unix_nano'] ?? 0), { toClassOnly: true })
  @Transform(({ value }) => String(value), { toPlainOnly: true })
  readonly timeNs: bigint;

  @Expose()
  @Type(() => Opaque)
  @Transform(({ obj }) => frozenCopy(obj['attributes'] ?? {}), { toClassOnly: true })
  @Transform(({ obj }) => obj['attributes'], { toPlainOnly: true })
  readonly attributes: Readonly<Record<string, EventAttributeValue>>;

  constructor(name = '', timeNs = 0n, attributes: Readonly<Record<string, EventAttributeValue>> = {}) {
    this.name = name;
    this.timeNs = timeNs;
    this.attributes = attributes;
  }
}
