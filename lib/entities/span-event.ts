import 'reflect-metadata';
import { Expose, instanceToPlain, Transform } from 'class-transformer';
import { frozenCopy } from '../utils/deep-freeze.js';
import { isRecord } from '../utils/records.js';
import { FromJson } from './from-json.js';

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

  @FromJson(({ attributes }) => frozenCopy(isRecord(attributes) ? attributes : {}))
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
