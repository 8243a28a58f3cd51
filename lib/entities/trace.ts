import 'reflect-metadata';
import { Expose, plainToInstance, Type } from 'class-transformer';
import { TraceFormatError } from '../errors.js';
import { idToHex } from '../utils/base64-id.js';
import { isRecord } from '../utils/records.js';
import { escapeControls } from '../utils/terminal-text.js';
import { parseTraceJson } from './parse-trace-json.js';
import { TraceData } from './trace-data.js';
import { TraceInfo } from './trace-info.js';

/**
 * A finished trace: its summary and its spans. Immutable; the same whether it comes from memory, a file or a server.
 *
 * @example
 * ```ts
 * const trace = await getTrace(getLastActiveTraceId());
 * for (const span of trace?.data.spans ?? []) console.log(span.name, span.type, span.tokenUsage);
 * ```
 */
export class Trace {
  @Expose()
  @Type(() => TraceInfo)
  readonly info: TraceInfo;

  @Expose()
  @Type(() => TraceData)
  readonly data: TraceData;

  constructor(info: TraceInfo = new TraceInfo(), data: TraceData = new TraceData()) {
    this.info = info;
    this.data = data;
  }

  /**
   * Reads MLflow's trace JSON: a line of a trace file (text keeps all digits of the times), or the object parsed from it.
   *
   * @throws {TraceFormatError} when it is not JSON or not a trace; the message names the place.
   * @example
   * ```ts
   * const trace = Trace.fromJSON('{"info":{"trace_id":"tr-64c396518d978f50bf6ba65358847de2"},"data":{"spans":[]}}');
   * trace.info.traceId; // 'tr-64c396518d978f50bf6ba65358847de2'
   * ```
   */
  static fromJSON(json: unknown): Trace {
    const plain = typeof json === 'string' ? parse(json) : json;
    const place = misfit(plain);
    if (place !== undefined) throw new TraceFormatError(`Not a trace in MLflow's trace JSON: ${place}.`);
    try {
      return freeze(plainToInstance(Trace, plain, { excludeExtraneousValues: true }));
    } catch (cause) {
      throw new TraceFormatError(`Not a trace in MLflow's trace JSON: ${quoted(cause)}.`, { cause });
    }
  }

  /** MLflow's trace JSON as an object; nanoseconds are decimal strings, since a number would round them. */
  toJSON(): Record<string, unknown> {
    return { info: this.info.toJSON(), data: this.data.toJSON() };
  }
}

/** Freezes a trace that was just made; its spans must be frozen already. */
export function freeze(trace: Trace): Trace {
  Object.freeze(trace.data.spans);
  Object.freeze(trace.data);
  Object.freeze(trace.info);
  return Object.freeze(trace);
}

function parse(text: string): unknown {
  try {
    return parseTraceJson(text);
  } catch (cause) {
    throw new TraceFormatError(`Not JSON: ${quoted(cause)}.`, { cause });
  }
}

/** JavaScript's own errors quote what they are about: a part of it is enough, and none of it may steer a terminal. */
function quoted(cause: unknown): string {
  const text = String(cause);
  return escapeControls(text.slice(0, maxQuotedLength)) + (text.length > maxQuotedLength ? '…' : '');
}

const maxQuotedLength = 200;

/** What is wrong with the outer shape, in words; the rest has defaults. */
function misfit(json: unknown): string | undefined {
  if (!isRecord(json)) return 'the top is no object';
  if (!isRecord(json['info'])) return "'info' is no object";
  if (typeof json['info']['trace_id'] !== 'string') return "'info.trace_id' is no string";
  if (Number.isNaN(new Date((json['info']['request_time'] as string | undefined) ?? 0).getTime()))
    return "'info.request_time' is no time";
  if (!isRecord(json['data'])) return "'data' is no object";
  if (!Array.isArray(json['data']['spans'])) return "'data.spans' is no array";
  const bad = json['data']['spans'].findIndex((span) => !isRecord(span) || !isSpanId(span['span_id']));
  return bad === -1 ? undefined : `'data.spans[${bad}].span_id' is no id of a span`;
}

function isSpanId(value: unknown): boolean {
  return typeof value === 'string' && idToHex(value, 8) !== undefined;
}
