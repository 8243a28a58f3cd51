import type {
  Attributes,
  AttributeValue,
  Exception,
  Link,
  SpanContext,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api';
import { SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { AttributeKey } from '../entities/attributes.js';
import type { SpanLink } from '../entities/span.js';
import { SpanEvent } from '../entities/span-event.js';
import type { TokenUsage } from '../entities/token-usage.js';
import { toUnixNs } from '../utils/clock.js';
import { errorLine } from '../utils/error-line.js';
import { newSpanId } from '../utils/ids.js';
import { entriesOf, itemsOf, linkOf, statusOf, usageOf, usageOfAttribute } from './api-input.js';
import { exceptionFacts } from './exception-facts.js';
import type { LiveSpan } from './live-span.js';
import { noteNativeContent } from './native-content.js';
import { nativeUsage } from './native-usage.js';
import type { SpanBudget } from './span-budget.js';
import type { SpanConversation } from './span-conversation.js';
import type { SpanDefinition } from './span-definition.js';
import type { SpanOwner } from './span-owner.js';
import { isTime, momentOf } from './time-input.js';

const maxAttributes = 1000;
const maxEvents = 1000;

/** How a span is begun. */
export interface SpanStart {
  readonly definition: SpanDefinition;
  /** As it is recorded: secrets in it are hidden already. */
  readonly name: string;
  readonly parent: RecordingSpan | undefined;
  /** The agent's own object, if this span is an agent's. */
  readonly agent: unknown;
}

/** A span that is recorded. All fields are set at once, so that every span has one shape. */
export class RecordingSpan implements LiveSpan {
  readonly trace: SpanOwner<RecordingSpan>;
  readonly definition: SpanDefinition;
  /** The parent may change as long as the trace is open: see `SpanOwner.adopt`. */
  parent: RecordingSpan | undefined;
  /** Neighbours in the list of the trace's spans. */
  previous: RecordingSpan | undefined = undefined;
  next: RecordingSpan | undefined = undefined;
  readonly spanId: string;
  readonly messageFormatText: string | undefined;
  /** That of the parent, or of another process's span in its place. */
  parentId: string | undefined;
  agent: unknown;
  name: string;
  startMoment: number;
  /** `undefined` while the span is open. */
  endMoment: number | undefined = undefined;
  /** JSON text. */
  outputs: string | undefined = undefined;
  usage: TokenUsage | undefined = undefined;
  statusCode: SpanStatusCode = SpanStatusCode.UNSET;
  statusMessage = '';
  /** JSON texts by key. */
  attributes: Map<string, string> | undefined = undefined;
  events: SpanEvent[] | undefined = undefined;
  links: SpanLink[] | undefined = undefined;
  /** What is said between agents while this span is open; `undefined` where it is no conversation. */
  conversation: SpanConversation<RecordingSpan> | undefined = undefined;
  budget: SpanBudget | undefined = undefined;
  #inputs: string | undefined = undefined;
  #arguments: ArrayLike<unknown> | undefined = undefined;

  constructor(trace: SpanOwner<RecordingSpan>, start: SpanStart, startMoment: number) {
    this.trace = trace;
    this.definition = start.definition;
    this.parent = start.parent;
    this.spanId = newSpanId();
    this.parentId = start.parent?.spanId;
    this.agent = start.agent;
    this.name = start.name;
    this.startMoment = startMoment;
    this.messageFormatText = start.definition.messageFormatText ?? formatAround(start);
  }

  /** JSON text. */
  get inputs(): string | undefined {
    if (this.#arguments !== undefined) {
      this.#inputs = this.trace.captureArguments(this, this.#arguments);
      this.#arguments = undefined;
    }
    return this.#inputs;
  }

  set inputs(text: string | undefined) {
    this.#inputs = text;
    this.#arguments = undefined;
  }

  /** Arguments that nothing can change any more: they are written when somebody first asks for the inputs. */
  keepArguments(args: ArrayLike<unknown>): void {
    this.#arguments = args;
  }

  get hasEnded(): boolean {
    return this.endMoment !== undefined;
  }

  spanContext(): SpanContext {
    const traceFlags = this.trace.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
    return { traceId: this.trace.traceId, spanId: this.spanId, traceFlags };
  }

  isRecording(): boolean {
    return this.endMoment === undefined && this.trace.isRecorded;
  }

  setAttribute(key: string, value: AttributeValue | object): this {
    if (typeof key !== 'string' || !this.isRecording()) return this;
    if (key === AttributeKey.tokenUsage) return this.setTokenUsage(usageOfAttribute(value));
    const text = this.trace.captureText(value, `attributes.${key}`, key);
    this.setAttributeText(this.trace.captureLine(key, 'attributes'), text);
    return this;
  }

  /** An attribute that is JSON text already. */
  setAttributeText(key: string, text: string): void {
    this.attributes ??= new Map();
    if (this.attributes.size < maxAttributes || this.attributes.has(key)) this.attributes.set(key, text);
  }

  setAttributes(attributes: Attributes): this {
    for (const [key, value] of entriesOf(attributes)) {
      if (value !== undefined) this.setAttribute(key, value as AttributeValue); // any value
    }
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (!this.isRecording()) return this;
    if (isTime(attributesOrTime)) this.#pushEvent(name, momentOf(attributesOrTime), {});
    else this.#pushEvent(name, momentOf(time), attributesOrTime as Attributes); // or what has none: `entriesOf` tells
    return this;
  }

  addLink(link: Link): this {
    const target = this.isRecording() ? linkOf(link) : undefined;
    if (target === undefined) return this;
    this.links ??= [];
    if (this.links.length < maxEvents)
      this.links.push({ ...target, attributes: this.trace.captureFlat(target.attributes, 'links') });
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of itemsOf(links)) this.addLink(link as Link); // or none: `linkOf` tells
    return this;
  }

  setStatus(given: SpanStatus): this {
    const status = statusOf(given);
    // OpenTelemetry: OK is final.
    if (!this.isRecording() || this.statusCode === SpanStatusCode.OK || status === undefined) return this;
    this.statusCode = status.code;
    this.statusMessage =
      status.code === SpanStatusCode.ERROR ? this.trace.captureLine(status.message ?? '', 'status') : '';
    return this;
  }

  updateName(name: string): this {
    if (this.isRecording()) this.name = this.trace.captureLine(name, 'name');
    return this;
  }

  setInputs(inputs: unknown): this {
    if (this.isRecording()) this.inputs = this.trace.captureText(inputs, 'inputs');
    return this;
  }

  setOutputs(outputs: unknown): this {
    if (this.isRecording()) this.outputs = this.trace.captureText(outputs, 'outputs');
    return this;
  }

  setTokenUsage(usage: Partial<TokenUsage> | undefined): this {
    if (this.isRecording()) this.usage = usageOf(usage) ?? this.usage;
    return this;
  }

  recordException(exception: Exception | unknown, time?: TimeInput): void {
    if (!this.isRecording()) return;
    const facts = exceptionFacts(exception);
    const attributes: Record<string, AttributeValue> = {
      'exception.type': facts.type,
      'exception.message': facts.message,
      'exception.stacktrace': facts.stack,
    };
    if (facts.causes.length > 0) attributes['exception.causes'] = [...facts.causes];
    if (facts.errors.length > 0) attributes['exception.errors'] = [...facts.errors];
    this.#pushEvent('exception', momentOf(time), attributes);
  }

  /** Records what the traced call threw, and the status it means. */
  fail(thrown: unknown): void {
    if (!this.isRecording()) return;
    this.recordException(thrown);
    // As the event has them: without what is hidden.
    const event = this.events?.at(-1)?.attributes;
    this.statusCode = SpanStatusCode.ERROR;
    this.statusMessage = errorLine(`${event?.['exception.type']}`, `${event?.['exception.message']}`);
  }

  /** Ends the span well, unless something else was said of it. */
  succeed(): void {
    if (this.statusCode === SpanStatusCode.UNSET) this.statusCode = SpanStatusCode.OK;
    this.end();
  }

  end(time?: TimeInput): void {
    if (this.endMoment !== undefined) return;
    if (this.definition.isNative && this.attributes !== undefined) {
      this.usage ??= nativeUsage(this.attributes);
      if (this.isRecording()) noteNativeContent(this, this.attributes);
    }
    this.conversation?.close();
    this.endMoment = Math.max(momentOf(time), this.startMoment);
    this.budget?.close();
    this.budget = undefined; // whoever listens to its signal would be kept with the trace
    this.agent = undefined; // only open spans are asked for it, and the object may be large
    this.trace.onSpanEnd(this);
  }

  /** Who returns or passes on a span, as its chained calls make easy, means no more than that by it: not all that it knows. */
  toJSON(): string {
    return `[span ${this.name}]`;
  }

  #pushEvent(name: string, moment: number, attributes: Attributes): void {
    this.events ??= [];
    if (this.events.length >= maxEvents) return;
    const captured = this.trace.captureFlat(attributes, 'events');
    this.events.push(new SpanEvent(this.trace.captureLine(name, 'events'), toUnixNs(moment), captured));
  }
}

/** A library that traces its own calls of a model writes their messages in its own way. */
function formatAround({ definition, parent }: SpanStart): string | undefined {
  return definition.isNative && definition.isModelCall ? undefined : parent?.messageFormatText;
}
