import { ConfigurationError } from './errors.js';

/** One option of `init()` that the environment can set, too. */
export interface Setting<Value> {
  readonly option: string;
  /** The first of these that is set counts. */
  readonly variables: readonly [string, ...string[]];
  readonly fallback: Value;
  /** The value, or `undefined` where the text (from the environment) or value (from the options) is not one. */
  readonly parse: (given: unknown) => Value | undefined;
  readonly wanted: string;
}

/** The value of each option that has an environment variable. */
export interface SettingValues {
  readonly enabled: boolean;
  readonly global: boolean;
  readonly exporterNames: readonly string[] | undefined;
  readonly file: string;
  readonly verbosity: 'line' | 'tree' | 'full' | 'json';
  readonly sampleRatio: number;
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
  readonly maxRecentTraces: number;
}

/** Every option that has an environment variable, once. The table in `docs/configuration.md` is checked against it. */
export const settings: { readonly [Name in keyof SettingValues]: Setting<SettingValues[Name]> } = {
  enabled: flag('enabled', ['TRACED_AGENTS_ENABLED'], true),
  global: flag('global', ['TRACED_AGENTS_GLOBAL'], true),
  exporterNames: names('exporters', ['TRACED_AGENTS_EXPORTERS']),
  file: text('file', ['TRACED_AGENTS_FILE'], 'traces.jsonl'),
  verbosity: choice('verbosity', ['TRACED_AGENTS_VERBOSITY'], ['tree', 'line', 'full', 'json']),
  sampleRatio: number('sampleRatio', ['TRACED_AGENTS_SAMPLE_RATIO', 'MLFLOW_TRACE_SAMPLING_RATIO'], {
    fallback: 1,
    max: 1,
  }),
  redactSecrets: flag('redactSecrets', ['TRACED_AGENTS_REDACT_SECRETS'], true),
  redactKeys: names('redactKeys', ['TRACED_AGENTS_REDACT_KEYS']),
  maxStringLength: number('maxStringLength', ['TRACED_AGENTS_MAX_STRING_LENGTH'], { fallback: 65_536 }),
  maxSpanLength: number('maxSpanLength', ['TRACED_AGENTS_MAX_SPAN_LENGTH'], { fallback: 1_048_576 }),
  maxTraceLength: number('maxTraceLength', ['TRACED_AGENTS_MAX_TRACE_LENGTH'], { fallback: 16_777_216 }),
  maxDepth: number('maxDepth', ['TRACED_AGENTS_MAX_DEPTH'], { fallback: 64 }),
  maxNodes: number('maxNodes', ['TRACED_AGENTS_MAX_NODES'], { fallback: 10_000 }),
  maxOpenTraces: number('maxOpenTraces', ['TRACED_AGENTS_MAX_OPEN_TRACES'], { fallback: 10_000 }),
  lateSpanMs: number('lateSpanMs', ['TRACED_AGENTS_LATE_SPAN_MS'], { fallback: 1000 }),
  traceTimeoutMs: number('traceTimeoutMs', ['TRACED_AGENTS_TRACE_TIMEOUT_MS'], { fallback: 3_600_000 }),
  shutdownTimeoutMs: number('shutdownTimeoutMs', ['TRACED_AGENTS_SHUTDOWN_TIMEOUT_MS'], { fallback: 2000 }),
  maxRecentTraces: number('maxRecentTraces', ['TRACED_AGENTS_MAX_RECENT_TRACES'], { fallback: 20 }),
};

/** Where the values come from. */
export interface SettingSources {
  readonly options: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told of variables that cannot be used; their defaults hold then, since a typo in the environment must not stop a program. */
  readonly onError: (error: ConfigurationError) => void;
}

/**
 * Options first, then the environment, then the defaults.
 *
 * @throws {ConfigurationError} for an option that cannot be used.
 */
export function readSettings(sources: SettingSources): SettingValues {
  const values = Object.entries(settings).map(([name, setting]) => [name, readSetting(setting, sources)]);
  return Object.fromEntries(values) as unknown as SettingValues; // one value for each setting
}

function readSetting(setting: Setting<unknown>, { options, environment, onError }: SettingSources): unknown {
  const given = setting.option === 'exporters' ? undefined : options[setting.option];
  if (given !== undefined) {
    const value = setting.parse(given);
    if (value !== undefined) return value;
    throw new ConfigurationError(`The option '${setting.option}' must be ${setting.wanted}, but is ${shown(given)}.`);
  }
  for (const variable of setting.variables) {
    const text = environment[variable];
    if (text === undefined || text === '') continue;
    const value = setting.parse(text);
    if (value !== undefined) return value;
    onError(
      new ConfigurationError(
        `${variable} must be ${setting.wanted}, but is ${shown(text)}. Its default holds instead.`,
      ),
    );
  }
  return setting.fallback;
}

function shown(given: unknown): string {
  return typeof given === 'string' ? `'${given}'` : String(given);
}

function flag(option: string, variables: Setting<boolean>['variables'], fallback: boolean): Setting<boolean> {
  const words: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false };
  return { option, variables, fallback, wanted: 'true or false', parse: (given) => words[String(given).toLowerCase()] };
}

function number(
  option: string,
  variables: Setting<number>['variables'],
  { fallback, max = Number.MAX_SAFE_INTEGER }: { fallback: number; max?: number },
): Setting<number> {
  const wanted = max === 1 ? 'a number from 0 to 1' : 'a number from 0';
  const parse = (given: unknown): number | undefined => {
    const value = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
    return typeof value === 'number' && value >= 0 && value <= max ? value : undefined;
  };
  return { option, variables, fallback, wanted, parse };
}

function text(option: string, variables: Setting<string>['variables'], fallback: string): Setting<string> {
  return {
    option,
    variables,
    fallback,
    wanted: 'a text',
    parse: (given) => (typeof given === 'string' && given !== '' ? given : undefined),
  };
}

function choice<Word extends string>(
  option: string,
  variables: Setting<Word>['variables'],
  words: readonly [Word, ...Word[]],
): Setting<Word> {
  return {
    option,
    variables,
    fallback: words[0],
    wanted: `one of ${words.join(', ')}`,
    parse: (given) => words.find((word) => word === given),
  };
}

/** A list: an array, or words between commas. */
function names(option: string, variables: [string, ...string[]]): Setting<readonly string[] | undefined> {
  const parse = (given: unknown): readonly string[] | undefined => {
    if (typeof given === 'string')
      return given
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '');
    return Array.isArray(given) && given.every((word) => typeof word === 'string') ? given : undefined;
  };
  return { option, variables, fallback: undefined, wanted: 'names between commas', parse };
}
