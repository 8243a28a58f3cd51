import {
  trace as api,
  type Context,
  ProxyTracerProvider,
  type Span,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { active } from './active-recorder.js';
import { sharedContexts, withSpanInContext } from './contexts.js';
import { nativeDefinition } from './native-definition.js';
import { nonRecordingSpan } from './non-recording-span.js';
import type { RecordingSpan } from './recording-span.js';
import { momentOf } from './time-input.js';

/** OpenTelemetry's door to the same traces: spans of libraries that trace themselves join the tree of decorated calls. */
class NativeTracer implements Tracer {
  startSpan(name: string, options: SpanOptions = {}, context: Context = sharedContexts.active()): Span {
    const recorder = active.current;
    // A library may hold on to its tracer longer than the provider stands.
    if (recorder?.contexts !== sharedContexts) return nonRecordingSpan;
    const bare = options.root === true ? api.deleteSpan(context) : context;
    const definition = nativeDefinition(options);
    const span = recorder.startSpan(bare, {
      definition,
      name,
      parent: recorder.spanIn(bare),
      agent: undefined,
      agentName: undefined,
      self: undefined,
    });
    if (span === undefined) return nonRecordingSpan;
    describe(span, options);
    return span;
  }

  startActiveSpan<Fn extends (span: Span) => unknown>(
    name: string,
    ...rest: [Fn] | [SpanOptions, Fn] | [SpanOptions, Context, Fn]
  ): ReturnType<Fn> {
    const fn = rest[rest.length - 1] as Fn; // by the API's contract the last one
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : {};
    const context = rest.length > 2 ? (rest[1] as Context) : sharedContexts.active();
    const span = this.startSpan(name, options, context);
    const inner =
      span === nonRecordingSpan ? context : withSpanInContext(sharedContexts, context, span as RecordingSpan);
    return sharedContexts.run(inner, { target: fn, self: undefined, args: [span] }) as ReturnType<Fn>;
  }
}

function describe(span: RecordingSpan, options: SpanOptions): void {
  if (options.startTime !== undefined) span.startMoment = momentOf(options.startTime);
  if (options.attributes !== undefined) span.setAttributes(options.attributes);
  if (options.links !== undefined) span.addLinks(options.links);
}

const tracer = new NativeTracer();

/** The provider that `init()` registers with the API, unless another SDK has done so. */
const provider: TracerProvider = { getTracer: () => tracer };

/** Registers the provider, unless another SDK has registered its own: then `false`. */
export function registerProvider(): boolean {
  const registered = registeredProvider();
  return registered === undefined ? api.setGlobalTracerProvider(provider) : registered === provider;
}

/** Takes the provider back, if it is ours that is registered. */
export function withdrawProvider(): void {
  if (registeredProvider() === provider) api.disable();
}

/** What stands behind the API's proxy; `undefined` while that is only its no-op. */
function registeredProvider(): TracerProvider | undefined {
  const global = api.getTracerProvider();
  const behind = global instanceof ProxyTracerProvider ? global.getDelegate() : global;
  return behind === new ProxyTracerProvider().getDelegate() ? undefined : behind;
}
