import { chooseExporters } from './choose-exporters.js';
import type { Trace } from './entities/trace.js';
import type { TracingError } from './errors.js';
import { checkExporters } from './exporters/check-exporters.js';
import type { TraceExporter, TraceQuery } from './exporters/exporter.js';
import { type SpoolOptions, spoolFor } from './exporters/spool/spool.js';
import { checkOptions, flatOptions, readSettings, type SettingValues } from './settings.js';
import { active } from './tracing/active-recorder.js';
import { Capture } from './tracing/capture/capture.js';
import { secretHider } from './tracing/capture/hide-secrets.js';
import { callSuppressed, chooseContexts, hasForeignContexts, withdrawContexts } from './tracing/contexts.js';
import type { EndedTrace } from './tracing/ended-trace.js';
import { oncePerCause } from './tracing/once-per-cause.js';
import { Pipeline } from './tracing/pipeline.js';
import { registerProvider, withdrawProvider } from './tracing/provider.js';
import { Recorder } from './tracing/recorder.js';
import { type KeepOptions, type KeepRules, TailSampling } from './tracing/tail-sampling.js';
import { Tracing, type TracingStats } from './tracing/tracing.js';
import { disown } from './utils/answer-now.js';

/** Options of `init()`. Each that the environment can set names its variable; options win over the environment. */
export interface InitOptions {
  /** Whether decorated calls are traced at all (`TRACED_AGENTS_ENABLED`). @default true */
  readonly enabled?: boolean;
  /**
   * Where traces go; replaces the defaults (`TRACED_AGENTS_EXPORTERS=console,file,mlflow` chooses among those; `none` is none).
   * @default the console where stderr is a terminal, the file, and MLflow where `MLFLOW_TRACKING_URI` names a server
   */
  readonly exporters?: readonly TraceExporter[];
  /**
   * Adds an `MlflowExporter` for this server, `http(s)://...` or `databricks` (`MLFLOW_TRACKING_URI` does where no `exporters` are given).
   * @default none
   */
  readonly trackingUri?: string;
  /** The experiment's name on that server; made if there is none (`MLFLOW_EXPERIMENT_NAME`, `MLFLOW_EXPERIMENT_ID`). @default 'Default' */
  readonly experiment?: string;
  /** The default file exporter's path (`TRACED_AGENTS_FILE`). @default 'traces.jsonl' */
  readonly file?: string;
  /** How much the default console exporter shows (`TRACED_AGENTS_VERBOSITY`). @default 'tree' */
  readonly verbosity?: 'line' | 'tree' | 'full' | 'json';
  /** The share of traces that is kept, 0 to 1, decided by trace id (`TRACED_AGENTS_SAMPLE_RATIO`, `MLFLOW_TRACE_SAMPLING_RATIO`). @default 1 */
  readonly sampleRatio?: number;
  /**
   * Traces that are kept although `sampleRatio` leaves them out. Where anything is set, every trace is recorded, and it is decided when
   * it has ended; with `sampleRatio: 0` these are all that is kept. @default none
   */
  readonly keep?: KeepOptions;
  /** Whether spans of libraries that use OpenTelemetry join, where no other SDK is set up (`TRACED_AGENTS_GLOBAL`). @default true */
  readonly global?: boolean;
  /** Whether keys and values that look like secrets are hidden (`TRACED_AGENTS_REDACT_SECRETS`). @default true */
  readonly redactSecrets?: boolean;
  /** More key names whose values are hidden (`TRACED_AGENTS_REDACT_KEYS`). @default none */
  readonly redactKeys?: readonly string[];
  /**
   * Asked for every leaf that is captured (texts, numbers, booleans, `null` ...), never for a list or an object; what it returns
   * stands in its place. Where it throws or returns a promise, the leaf is hidden. @default none
   */
  readonly redact?: (value: unknown, path: string) => unknown;
  /** Characters of one string (`TRACED_AGENTS_MAX_STRING_LENGTH`). @default 65536 */
  readonly maxStringLength?: number;
  /** Characters of one span's inputs, or outputs (`TRACED_AGENTS_MAX_SPAN_LENGTH`). @default 1048576 */
  readonly maxSpanLength?: number;
  /** Characters of all inputs, outputs and attributes of a trace; past it they are cut, spans never (`TRACED_AGENTS_MAX_TRACE_LENGTH`). @default 16777216 */
  readonly maxTraceLength?: number;
  /** Levels of nesting that are kept of a value (`TRACED_AGENTS_MAX_DEPTH`). @default 64 */
  readonly maxDepth?: number;
  /** Values and keys that are kept of one input or output (`TRACED_AGENTS_MAX_NODES`). @default 10000 */
  readonly maxNodes?: number;
  /** Traces open at once; past it the oldest leaves as incomplete (`TRACED_AGENTS_MAX_OPEN_TRACES`). @default 10000 */
  readonly maxOpenTraces?: number;
  /** How long a trace whose root has ended waits for children that have not, in ms (`TRACED_AGENTS_LATE_SPAN_MS`). @default 1000 */
  readonly lateSpanMs?: number;
  /** After how long a trace whose root never ends leaves as incomplete, in ms (`TRACED_AGENTS_TRACE_TIMEOUT_MS`). @default 3600000 */
  readonly traceTimeoutMs?: number;
  /** The longest that `flush()`, `shutdown()` and the end of the process wait for exporters, in ms (`TRACED_AGENTS_SHUTDOWN_TIMEOUT_MS`). @default 2000 */
  readonly shutdownTimeoutMs?: number;
  /**
   * Whether SIGINT, SIGTERM and SIGHUP, where the program does not listen to them, wait until open traces have left as incomplete
   * and exporters are flushed; then they end the process as they would have (`TRACED_AGENTS_FLUSH_ON_SIGNALS`). @default false
   */
  readonly flushOnSignals?: boolean;
  /** Traces that `getTrace()` finds in memory (`TRACED_AGENTS_MAX_RECENT_TRACES`). @default 20 */
  readonly maxRecentTraces?: number;
  /**
   * Whether traces for a network exporter (MLflow) wait on disk until it has taken them, so that a crash, or a server that is down,
   * loses none; the next run with the same destination delivers them (`TRACED_AGENTS_SPOOL`). @default true
   */
  readonly spool?: boolean;
  /**
   * The folder they wait in; missing folders are made, for their owner only (`TRACED_AGENTS_SPOOL_DIR`).
   * @default `traced-agents/spool` in `$XDG_STATE_HOME`, `~/.local/state` or `%LOCALAPPDATA%`
   */
  readonly spoolDir?: string;
  /** Bytes that wait there for one destination; past it the oldest are deleted, and counted (`TRACED_AGENTS_SPOOL_MAX_BYTES`). @default 268435456 */
  readonly spoolMaxBytes?: number;
  /** After how long they are deleted, in ms (`TRACED_AGENTS_SPOOL_MAX_AGE_MS`). @default 604800000, seven days */
  readonly spoolMaxAgeMs?: number;
  /** Traces of one process that wait there for one destination (`TRACED_AGENTS_SPOOL_MAX_TRACES`). @default 100000 */
  readonly spoolMaxTraces?: number;
  /**
   * Told of everything that goes wrong inside tracing, once per cause; the traced program does not notice.
   * @default a process warning on stderr
   */
  readonly onError?: (error: TracingError) => void;
}

const currentKey = Symbol.for('traced-agents/tracing/1');

/** What was set up last, also while it is disabled; shared by all copies of this package in the process. */
const shared = globalThis as { [currentKey]?: Tracing };

/**
 * Switches tracing on: from here on decorated calls are recorded. The environment is read now. A second call flushes what the
 * first has set up and replaces it; exporters that both have go on.
 *
 * @throws {ConfigurationError} for an option that cannot be used; nothing is changed then.
 * @example
 * ```ts
 * init({ file: 'traces/today.jsonl', sampleRatio: 0.1 });
 * ```
 */
export function init(options: InitOptions = {}): Tracing {
  checkOptions(options);
  const misfits: TracingError[] = [];
  const settings = readSettings({
    options: flatOptions({ ...options }),
    environment: process.env,
    onError: (error) => misfits.push(error),
  });
  const exporters = chooseExporters(options, settings, (error) => misfits.push(error));
  const onError = oncePerCause({ ...settings, onError: options.onError });
  misfits.forEach(onError);
  checkExporters(exporters);
  // It settles by itself and never rejects; init() stays synchronous, so that it can stand at the top of a program.
  void shared[currentKey]?.shutdownBut(new Set(exporters));
  const tracing = compose(options, settings, { exporters, onError });
  shared[currentKey] = tracing;
  if (settings.enabled) tracing.enable();
  return tracing;
}

interface Outlets {
  readonly exporters: readonly TraceExporter[];
  readonly onError: (error: TracingError) => void;
}

function compose(options: InitOptions, settings: SettingValues, { exporters, onError }: Outlets): Tracing {
  const isShared = settings.global && !hasForeignContexts() && registerProvider();
  const contexts = chooseContexts(isShared);
  const { maxStringLength, maxSpanLength, maxDepth, maxNodes, redactSecrets, redactKeys = [] } = settings;
  const capture = new Capture({
    limits: { maxStringLength, maxSpanLength, maxDepth, maxNodes },
    redactSecrets,
    redactKeys,
    callOut: (act) => disown(callSuppressed(contexts, act)),
    ...(options.redact === undefined ? {} : { redact: options.redact }),
  });
  const recent = { maxTraces: settings.maxRecentTraces };
  const backlogOf = settings.spool ? spoolFor(spoolOptions(settings)) : undefined;
  const pipeline = new Pipeline({ exporters, contexts, recent, backlogOf, hide: secretHider(settings), onError });
  const onTrace = (ended: EndedTrace): void => {
    active.lastTraceId = ended.id;
    pipeline.push(ended);
  };
  const tail = new TailSampling(keepRules(options, settings), { contexts, onError });
  const recorder = new Recorder({ ...settings, tail, capture, contexts, onTrace, onError });
  const { shutdownTimeoutMs, flushOnSignals } = settings;
  return new Tracing({ recorder, pipeline, shutdownTimeoutMs, flushOnSignals, onEnd: withdrawGlobals });
}

function keepRules({ keep }: InitOptions, settings: SettingValues): KeepRules {
  return {
    errors: settings.keepErrors,
    slowerThanMs: settings.keepSlowerThanMs,
    moreTokensThan: settings.keepMoreTokensThan,
    moreCostThan: settings.keepMoreCostThan,
    when: keep?.when,
  };
}

function spoolOptions({ spoolDir, spoolMaxBytes, spoolMaxAgeMs, spoolMaxTraces }: SettingValues): SpoolOptions {
  return { folder: spoolDir, maxBytes: spoolMaxBytes, maxAgeMs: spoolMaxAgeMs, maxTraces: spoolMaxTraces };
}

/** Leaves OpenTelemetry's globals to others; `init()` registers them anew. */
function withdrawGlobals(): void {
  withdrawProvider();
  withdrawContexts();
}

const nothing: TracingStats = { started: 0, recorded: 0, sampledOut: 0, dropped: {}, open: 0, exporters: {} };

/**
 * Settles when every exporter has acknowledged all traces that have ended, or `shutdownTimeoutMs` is over; never rejects. Tells where
 * the traces went since `init()`: for each exporter what it took, what is lost and why (`dropped`), what is still on its way
 * (`queued`), and what went wrong last (`lastError`).
 *
 * @example
 * ```ts
 * const { mlflow } = (await flush()).exporters;
 * if (mlflow?.lastError) console.error(mlflow.dropped, mlflow.lastError.message);
 * ```
 */
export async function flush(): Promise<TracingStats> {
  return (await shared[currentKey]?.flush()) ?? nothing;
}

/** Ends tracing: open traces leave as incomplete, exporters are flushed and closed. Decorated calls are bare from now on. */
export async function shutdown(): Promise<TracingStats> {
  return (await shared[currentKey]?.shutdown()) ?? nothing;
}

/** Where every trace went so far; all zero before `init()`. */
export function stats(): TracingStats {
  return shared[currentKey]?.stats() ?? nothing;
}

/** Makes decorated calls bare until `enable()`; what has begun is finished. */
export function disable(): void {
  shared[currentKey]?.disable();
}

/** Traces again after `disable()`, or after `init({ enabled: false })`. Nothing happens before `init()` and after `shutdown()`. */
export function enable(): void {
  shared[currentKey]?.enable();
}

/**
 * A finished trace: from the memory of recent ones, else from the first exporter that can read (the file). `undefined` if
 * nobody has it, or without an id.
 *
 * @example
 * ```ts
 * const trace = await getTrace(getLastActiveTraceId());
 * trace?.info.tokenUsage; // { inputTokens: 24, outputTokens: 3, totalTokens: 27 }
 * ```
 */
export async function getTrace(traceId: string | undefined): Promise<Trace | undefined> {
  return traceId === undefined ? undefined : await shared[currentKey]?.getTrace(traceId);
}

/**
 * Finished traces that meet all conditions, those that started last first: from memory and from every exporter that can read.
 *
 * @throws {TypeError} for a condition that there is not, or cannot be met; the promise rejects with it.
 * @example
 * ```ts
 * const failed = await searchTraces({ state: 'ERROR', tags: { tenant: 'acme' }, limit: 10 });
 * ```
 */
export async function searchTraces(query: TraceQuery = {}): Promise<readonly Trace[]> {
  return (await shared[currentKey]?.searchTraces(query)) ?? [];
}
