import { ConfigurationError } from './errors.js';
import { faultOfOptions, type KnownOptions } from './utils/fault-of-options.js';
import { isRecord } from './utils/records.js';
import {
  amount,
  callback,
  choice,
  choices,
  count,
  flag,
  group,
  list,
  names,
  shown,
  type TextKind,
  text,
} from './utils/value-kinds.js';

/** One option of `init()` that the environment can set, too. */
export interface Setting<Value> {
  readonly option: string;
  /** The first of these that is set counts. */
  readonly variables: readonly [string, ...string[]];
  readonly kind: TextKind<Value>;
  readonly fallback: Value;
  /** What a variable counts as that cannot be used. @default the fallback */
  readonly misread?: Value;
}

/** The value of each option that has an environment variable. */
export interface SettingValues {
  readonly enabled: boolean;
  readonly global: boolean;
  readonly exporterNames: readonly ('console' | 'file' | 'mlflow')[] | undefined;
  readonly file: string;
  readonly verbosity: 'line' | 'tree' | 'full' | 'json';
  readonly sampleRatio: number;
  readonly keepErrors: boolean;
  readonly keepSlowerThanMs: number | undefined;
  readonly keepMoreTokensThan: number | undefined;
  readonly keepMoreCostThan: number | undefined;
  readonly redactSecrets: boolean;
  readonly redactKeys: readonly string[] | undefined;
  readonly maxStringLength: number;
  readonly maxSpanLength: number;
  readonly maxTraceLength: number;
  readonly maxDepth: number;
  readonly maxNodes: number;
  readonly maxOpenTraces: number;
  readonly lateSpanMs: number;
  readonly traceTimeoutMs: number;
  readonly shutdownTimeoutMs: number;
  readonly flushOnSignals: boolean;
  readonly maxRecentTraces: number;
  readonly spool: boolean;
  readonly spoolDir: string | undefined;
  readonly spoolMaxBytes: number;
  readonly spoolMaxAgeMs: number;
  readonly spoolMaxTraces: number;
}

/** Some 23 days: a timer of Node that is to run for longer than 2^31 ms fires at once. */
const longestTimer = 2_000_000_000;

const anyAmount = amount(Number.MAX_SAFE_INTEGER);

/** Every option that has an environment variable, once. The table in `docs/configuration.md` is checked against it. */
export const settings: { readonly [Name in keyof SettingValues]: Setting<SettingValues[Name]> } = {
  // Misspelt, it was to switch tracing off: who wants it on need not set it.
  enabled: { ...setting(['enabled', 'TRACED_AGENTS_ENABLED'], flag, true), misread: false },
  global: setting(['global', 'TRACED_AGENTS_GLOBAL'], flag, true),
  exporterNames: setting(['exporters', 'TRACED_AGENTS_EXPORTERS'], choices(['console', 'file', 'mlflow']), undefined),
  file: setting(['file', 'TRACED_AGENTS_FILE'], text, 'traces.jsonl'),
  verbosity: setting(['verbosity', 'TRACED_AGENTS_VERBOSITY'], choice(['tree', 'line', 'full', 'json']), 'tree'),
  sampleRatio: setting(['sampleRatio', 'TRACED_AGENTS_SAMPLE_RATIO', 'MLFLOW_TRACE_SAMPLING_RATIO'], amount(1), 1),
  keepErrors: setting(['keep.errors', 'TRACED_AGENTS_KEEP_ERRORS'], flag, false),
  keepSlowerThanMs: setting(['keep.slowerThanMs', 'TRACED_AGENTS_KEEP_SLOWER_THAN_MS'], anyAmount, undefined),
  keepMoreTokensThan: setting(['keep.moreTokensThan', 'TRACED_AGENTS_KEEP_MORE_TOKENS_THAN'], count, undefined),
  keepMoreCostThan: setting(['keep.moreCostThan', 'TRACED_AGENTS_KEEP_MORE_COST_THAN'], anyAmount, undefined),
  redactSecrets: setting(['redactSecrets', 'TRACED_AGENTS_REDACT_SECRETS'], flag, true),
  redactKeys: setting(['redactKeys', 'TRACED_AGENTS_REDACT_KEYS'], names, undefined),
  maxStringLength: setting(['maxStringLength', 'TRACED_AGENTS_MAX_STRING_LENGTH'], count, 65_536),
  maxSpanLength: setting(['maxSpanLength', 'TRACED_AGENTS_MAX_SPAN_LENGTH'], count, 1_048_576),
  maxTraceLength: setting(['maxTraceLength', 'TRACED_AGENTS_MAX_TRACE_LENGTH'], count, 16_777_216),
  maxDepth: setting(['maxDepth', 'TRACED_AGENTS_MAX_DEPTH'], count, 64),
  maxNodes: setting(['maxNodes', 'TRACED_AGENTS_MAX_NODES'], count, 10_000),
  maxOpenTraces: setting(['maxOpenTraces', 'TRACED_AGENTS_MAX_OPEN_TRACES'], count, 10_000),
  lateSpanMs: setting(['lateSpanMs', 'TRACED_AGENTS_LATE_SPAN_MS'], amount(longestTimer), 1000),
  traceTimeoutMs: setting(['traceTimeoutMs', 'TRACED_AGENTS_TRACE_TIMEOUT_MS'], anyAmount, 3_600_000),
  shutdownTimeoutMs: setting(['shutdownTimeoutMs', 'TRACED_AGENTS_SHUTDOWN_TIMEOUT_MS'], amount(longestTimer), 2000),
  flushOnSignals: setting(['flushOnSignals', 'TRACED_AGENTS_FLUSH_ON_SIGNALS'], flag, false),
  maxRecentTraces: setting(['maxRecentTraces', 'TRACED_AGENTS_MAX_RECENT_TRACES'], count, 20),
  spool: setting(['spool', 'TRACED_AGENTS_SPOOL'], flag, true),
  spoolDir: setting(['spoolDir', 'TRACED_AGENTS_SPOOL_DIR'], text, undefined),
  spoolMaxBytes: setting(['spoolMaxBytes', 'TRACED_AGENTS_SPOOL_MAX_BYTES'], count, 268_435_456),
  spoolMaxAgeMs: setting(
    ['spoolMaxAgeMs', 'TRACED_AGENTS_SPOOL_MAX_AGE_MS'],
    amount(Number.MAX_SAFE_INTEGER),
    7 * 24 * 3_600_000,
  ),
  spoolMaxTraces: setting(['spoolMaxTraces', 'TRACED_AGENTS_SPOOL_MAX_TRACES'], count, 100_000),
};

/** What each option may be, by its name. */
const optionKinds: KnownOptions = {
  ...Object.fromEntries(Object.values(settings).map(({ option, kind }) => [option, kind])),
  // Those that the environment cannot give; what an exporter must have is checked where they are used.
  exporters: list,
  trackingUri: text,
  experiment: text,
  keep: group,
  'keep.when': callback,
  redact: callback,
  onError: callback,
};

/** @throws {ConfigurationError} for options that `init()` does not know, or cannot use. */
export function checkOptions(options: unknown): void {
  const fault = faultOfOptions({ whose: 'init()' }, isRecord(options) ? flatOptions(options) : options, optionKinds);
  if (fault !== undefined) throw new ConfigurationError(fault);
}

/** Options within an option under one name: `{ keep: { errors: true } }` says `keep.errors`, too. */
export function flatOptions(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const inner = Object.entries(options['keep'] ?? {}).map(([name, value]) => [`keep.${name}`, value]);
  return { ...options, ...Object.fromEntries(inner) };
}

/** Where the values come from. */
export interface SettingSources {
  /** Checked already. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told of variables that cannot be used, since a typo in the environment must not stop a program. */
  readonly onError: (error: ConfigurationError) => void;
}

/** Options first, then the environment, then the defaults. */
export function readSettings(sources: SettingSources): SettingValues {
  const values = Object.entries(settings).map(([name, setting]) => [name, readSetting(setting, sources)]);
  return Object.fromEntries(values) as unknown as SettingValues; // one value for each setting
}

function readSetting(setting: Setting<unknown>, { options, environment, onError }: SettingSources): unknown {
  const { option, variables, kind, fallback, misread = fallback } = setting;
  if (option !== 'exporters' && options[option] !== undefined) return options[option];
  let held = fallback;
  for (const variable of variables) {
    const given = environment[variable];
    if (given === undefined) continue;
    const value = kind.fromText(given);
    if (kind.accepts(value)) return value;
    if (given === '') continue; // as if it were not set
    const instead = misread === fallback ? 'Its default holds instead.' : `It counts as ${shown(misread)}.`;
    onError(new ConfigurationError(`${variable} must be ${kind.wanted}, but is ${shown(given)}. ${instead}`));
    held = misread;
  }
  return held;
}

function setting<Value, Fallback>(
  [option, ...variables]: readonly [option: string, ...Setting<Value>['variables']],
  kind: TextKind<Value>,
  fallback: Fallback,
): Setting<Value | Fallback> {
  return { option, variables, kind, fallback };
}
