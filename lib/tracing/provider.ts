import {
  type Attributes,
  trace as api,
  type Context,
  type Link,
  ProxyTracerProvider,
  type Span,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { readProperty } from '../utils/read-property.js';
import { textOf } from '../utils/text-of.js';
import { active } from './active-recorder.js';
import { proxiesOfOtherCopies } from './api-copies.js';
import { sharedContexts, withSpanInContext } from './contexts.js';
import { nativeDefinition } from './native-definition.js';
import { nonRecordingSpan } from './non-recording-span.js';
import type { RecordingSpan } from './recording-span.js';
import { momentOf } from './time-input.js';

/** OpenTelemetry's door to the same traces: spans of libraries that trace themselves join the tree of decorated calls. */
class NativeTracer implements Tracer {
  startSpan(name: string, options?: SpanOptions, context: Context = sharedContexts.active()): Span {
    const recorder = active.current;
    // A library may hold on to its tracer longer than the provider stands.
    if (recorder?.contexts !== sharedContexts) return nonRecordingSpan;
    const attributes = readProperty(options, 'attributes');
    const bare = readProperty(options, 'root') === true ? api.deleteSpan(context) : context;
    const definition = nativeDefinition(attributes);
    const span = recorder.startSpan(bare, {
      definition,
      name: recorder.capture.text(textOf(name), 'name'),
      parent: recorder.spanIn(bare),
      agent: undefined,
      agentName: undefined,
      self: undefined,
    });
    if (span === undefined) return nonRecordingSpan;
    const startTime = readProperty(options, 'startTime');
    if (startTime !== undefined) span.startMoment = momentOf(startTime);
    // Either may be anything, and is read so.
    span.setAttributes(attributes as Attributes).addLinks(readProperty(options, 'links') as Link[]);
    return span;
  }

  startActiveSpan<Fn extends (span: Span) => unknown>(
    name: string,
    ...rest: [Fn] | [SpanOptions, Fn] | [SpanOptions, Context, Fn]
  ): ReturnType<Fn> {
    const fn = rest[rest.length - 1] as Fn; // by the API's contract the last one
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : undefined;
    const context = rest.length > 2 ? (rest[1] as Context) : sharedContexts.active();
    const span = this.startSpan(name, options, context);
    const inner =
      span === nonRecordingSpan ? context : withSpanInContext(sharedContexts, context, span as RecordingSpan);
    return sharedContexts.run(inner, { target: fn, self: undefined, args: [span] }) as ReturnType<Fn>;
  }
}

const tracer = new NativeTracer();

/** The provider that `init()` registers with the API, unless another SDK has done so. */
const provider: TracerProvider = { getTracer: () => tracer };

/** What passes on to it in other copies of the API. */
let proxies: readonly ProxyTracerProvider[] = [];

/** Registers the provider, unless another SDK has registered its own: then `false`. */
export function registerProvider(): boolean {
  const registered = registeredProvider();
  if (registered !== undefined) return registered === provider;
  const others = proxiesOfOtherCopies();
  if (!api.setGlobalTracerProvider(provider)) return false;
  proxies = others;
  for (const proxy of proxies) proxy.setDelegate(provider);
  return true;
}

/** Takes the provider back, if it is ours that is registered. */
export function withdrawProvider(): void {
  if (registeredProvider() !== provider) return;
  // As they were: behind any provider, if only one that does nothing, tracers would not wait for the next one.
  for (const proxy of proxies) proxy.setDelegate(undefined as unknown as TracerProvider);
  proxies = [];
  api.disable();
}

/** The API's own, which records nothing. */
const noProvider = new ProxyTracerProvider().getDelegate();

/** What stands behind the API's proxy; `undefined` while that is only its no-op. */
function registeredProvider(): TracerProvider | undefined {
  const global = api.getTracerProvider();
  const behind = global instanceof ProxyTracerProvider ? global.getDelegate() : global;
  return behind === noProvider ? undefined : behind;
}
