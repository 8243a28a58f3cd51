import { readFile } from 'node:fs/promises';
import { ConfigurationError, type InitOptions, init, MlflowExporter, shutdown, stats, traceTool } from 'traced-agents';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settings } from '../lib/settings.js';

const echo = traceTool((value: unknown) => value, { name: 'echo' });

const noSwitch = ['true', 1, null, {}];
const noCount = ['5', -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, null, {}];
const noAmount = ['5', -1, Number.NaN, Number.POSITIVE_INFINITY, null, {}];
const noCallback = [5, 'a', null, {}];
const exporter = { name: 'a', export() {} };

/** For each option what it cannot be; complete by its type. */
const misuses: Record<keyof InitOptions, readonly unknown[]> = {
  enabled: noSwitch,
  exporters: [
    {},
    'file',
    null,
    exporter,
    [undefined],
    [{}],
    [{ ...exporter, name: '' }],
    [{ ...exporter, name: 5 }],
    [{ ...exporter, export: 5 }],
    [{ ...exporter, exportLines: 5 }],
    [{ ...exporter, delivery: 'soon' }],
    [{ ...exporter, forceFlush: 5 }],
    [{ ...exporter, shutdown: true }],
  ],
  trackingUri: ['', 5, null, 'sqlite:///x', 'databricks:/x'],
  experiment: ['', 5, null, {}],
  file: ['', 5, null, {}],
  verbosity: ['loud', '', 5, null],
  sampleRatio: [...noAmount, 1.1],
  keep: [
    true,
    'errors',
    null,
    [],
    { error: true },
    ...noSwitch.map((errors) => ({ errors })),
    ...noAmount.map((slowerThanMs) => ({ slowerThanMs })),
    ...noCount.map((moreTokensThan) => ({ moreTokensThan })),
    ...noAmount.map((moreCostThan) => ({ moreCostThan })),
    ...noCallback.map((when) => ({ when })),
  ],
  global: noSwitch,
  redactSecrets: noSwitch,
  redactKeys: ['a', 5, [5], [''], null, {}],
  redact: noCallback,
  maxStringLength: noCount,
  maxSpanLength: noCount,
  maxTraceLength: noCount,
  maxDepth: noCount,
  maxNodes: noCount,
  maxOpenTraces: noCount,
  lateSpanMs: [...noAmount, 2 ** 31],
  traceTimeoutMs: noAmount,
  shutdownTimeoutMs: [...noAmount, 2 ** 31],
  flushOnSignals: noSwitch,
  maxRecentTraces: noCount,
  spool: noSwitch,
  spoolDir: ['', 5, null, {}],
  spoolMaxBytes: noCount,
  spoolMaxAgeMs: noAmount,
  spoolMaxTraces: noCount,
  onError: noCallback,
};

beforeEach(() => {
  vi.unstubAllEnvs();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await shutdown();
});

describe('init', () => {
  it.each(Object.entries(misuses).flatMap(([option, values]) => values.map((value) => [option, value] as const)))(
    'refuses %s: %o',
    (option, value) => {
      const misuse = () => init({ [option]: value });

      expect(misuse).toThrow(ConfigurationError);
      expect(misuse).toThrow(option);
      expect(stats().started).toBe(0);
    },
  );

  it.each([
    [{ sampleRatio: 2 }, "The option 'sampleRatio' of init() must be a number from 0 to 1, but is 2."],
    [{ lateSpanMs: -1 }, "The option 'lateSpanMs' of init() must be a number from 0 to 2000000000, but is -1."],
    [{ keep: { errors: 'all' } }, "The option 'keep.errors' of init() must be true or false, but is 'all'."],
    [{ keep: 'errors' }, "The option 'keep' of init() must be an object of options, but is 'errors'."],
    [{ maxDepth: 1.5 }, "The option 'maxDepth' of init() must be a whole number from 0, but is 1.5."],
    [{ verbosity: 'loud' }, "The option 'verbosity' of init() must be one of tree, line, full, json, but is 'loud'."],
    [{ enabled: 'maybe' }, "The option 'enabled' of init() must be true or false, but is 'maybe'."],
    [{ redact: 5 }, "The option 'redact' of init() must be a function, but is 5."],
    [{ redactKeys: [5] }, "The option 'redactKeys' of init() must be an array of names, but is [ 5 ]."],
    [{ exporters: {} }, "The option 'exporters' of init() must be an array, but is {}."],
    [
      { exporters: [undefined] },
      "Each of the 'exporters' must be an object with a name and a method export(traces, context), but one is undefined.",
    ],
    [
      { exporters: [{ name: 'a' }] },
      "The export of each of the 'exporters' must be a function, but one has undefined. See TraceExporter.",
    ],
    [
      {
        exporters: [
          { name: 'a', export() {} },
          { name: 'a', export() {} },
        ],
      },
      "Two exporters are called 'a'. Give one of them another by its option 'name', so that stats() can tell them apart.",
    ],
    [{ exportres: [] }, "init() has no option 'exportres'. It knows enabled, global, exporters, file, "],
    ['traces.jsonl', "init() takes an object of options, but got 'traces.jsonl'."],
    [[], 'init() takes an object of options, but got [].'],
  ])('refuses %j, and says what it wants', (options, message) => {
    expect(() => init(options as never)).toThrow(message);
  });

  it('takes the environment where there is no option', () => {
    vi.stubEnv('TRACED_AGENTS_SAMPLE_RATIO', '0');
    init({ exporters: [] });
    echo(1);
    const fromEnvironment = stats();
    init({ exporters: [], sampleRatio: 1 });
    echo(1);

    expect([fromEnvironment.sampledOut, stats().recorded]).toEqual([1, 1]);
  });

  it("knows MLflow's name for the sample ratio", () => {
    vi.stubEnv('MLFLOW_TRACE_SAMPLING_RATIO', '0');

    init({ exporters: [] });
    echo(1);

    expect(stats().sampledOut).toBe(1);
  });

  it('can be switched off by the environment', () => {
    vi.stubEnv('TRACED_AGENTS_ENABLED', 'false');

    init({ exporters: [] });
    echo(1);

    expect(stats().started).toBe(0);
  });

  it.each([
    ['OFF', 0],
    ['no', 0],
    ['0', 0],
    [' False ', 0],
    ['on', 1],
    ['Yes', 1],
    ['TRUE', 1],
    ['1', 1],
    ['', 1],
  ])('reads the switch %o', (text, started) => {
    vi.stubEnv('TRACED_AGENTS_ENABLED', text);
    const errors: string[] = [];

    init({ exporters: [], onError: (error) => errors.push(error.message) });
    echo(1);

    expect([stats().started, errors]).toEqual([started, []]);
  });

  it('stays off where the switch is misspelt, and says so', () => {
    vi.stubEnv('TRACED_AGENTS_ENABLED', 'flase');
    const errors: string[] = [];

    init({ exporters: [], onError: (error) => errors.push(error.message) });
    echo(1);

    expect(errors).toEqual(["TRACED_AGENTS_ENABLED must be true or false, but is 'flase'. It counts as false."]);
    expect(stats().started).toBe(0);
  });

  it.each([
    ['TRACED_AGENTS_LATE_SPAN_MS', 'soon', "a number from 0 to 2000000000, but is 'soon'"],
    ['TRACED_AGENTS_SAMPLE_RATIO', 'NaN', "a number from 0 to 1, but is 'NaN'"],
    ['TRACED_AGENTS_KEEP_ERRORS', 'some', "true or false, but is 'some'"],
    ['TRACED_AGENTS_KEEP_MORE_TOKENS_THAN', '1.5', "a whole number from 0, but is '1.5'"],
    ['TRACED_AGENTS_MAX_DEPTH', '-1', "a whole number from 0, but is '-1'"],
    ['TRACED_AGENTS_MAX_NODES', ' ', "a whole number from 0, but is ' '"],
    ['TRACED_AGENTS_GLOBAL', 'maybe', "true or false, but is 'maybe'"],
    ['TRACED_AGENTS_VERBOSITY', 'loud', "one of tree, line, full, json, but is 'loud'"],
    ['TRACED_AGENTS_EXPORTERS', 'file,konsole', "some of console, file, mlflow, or none, but is 'file,konsole'"],
  ])('tells of the variable %s that says %o, and goes on with the default', (variable, text, complaint) => {
    vi.stubEnv(variable, text);
    const errors: string[] = [];

    init({ exporters: [], onError: (error) => errors.push(error.message) });
    echo(1);

    expect(errors).toEqual([`${variable} must be ${complaint}. Its default holds instead.`]);
    expect(stats().recorded).toBe(1);
  });

  it.each<[string, InitOptions]>([
    ['the default exporters', {}],
    ['exporters that have none', { exporters: [exporter] }],
  ])('tells of an experiment without a server: %s', (_case, options) => {
    expect(toldOfExperiment(options, {})).toEqual([
      "ConfigurationError: No traces go to the experiment 'x', since no MLflow server is named. Set trackingUri or MLFLOW_TRACKING_URI.",
    ]);
  });

  it.each<[string, InitOptions, Record<string, string>]>([
    ['an exporter has one', { exporters: [new MlflowExporter({ trackingUri: 'http://127.0.0.1:1' })] }, {}],
    ['the environment has one', { exporters: [] }, { MLFLOW_TRACKING_URI: 'http://127.0.0.1:1' }],
    ['the environment chooses others', {}, { TRACED_AGENTS_EXPORTERS: 'none' }],
  ])('tells nothing of an experiment where %s', (_case, options, environment) => {
    expect(toldOfExperiment(options, environment)).toEqual([]);
  });

  it('chooses among the default exporters by the environment', () => {
    vi.stubEnv('TRACED_AGENTS_EXPORTERS', 'console');
    vi.stubEnv('TRACED_AGENTS_VERBOSITY', 'line');

    init();

    expect(Object.keys(stats().exporters)).toEqual(['console']);
  });

  it.each(['none', 'None', ''])('has no exporter where the environment says %o', (text) => {
    vi.stubEnv('TRACED_AGENTS_EXPORTERS', text);

    init();

    expect(stats().exporters).toEqual({});
  });
});

describe('docs/configuration.md', () => {
  it('lists every option with its variables and its default, once', async () => {
    const text = (await readFile('docs/configuration.md', 'utf8')).replace(/ +\|/g, ' |');

    const rows = Object.values(settings).map(({ option, variables, fallback }) => [
      text.split(`| \`${option}\` | ${variables.map((variable) => `\`${variable}\``).join(', ')} |`).length - 1,
      fallback === undefined ||
        text.includes(
          `| \`${option}\` | ${variables.map((name) => `\`${name}\``).join(', ')} | \`${String(fallback)}\` |`,
        ),
    ]);

    expect(rows).toEqual(Object.values(settings).map(() => [1, true]));
  });
});

function toldOfExperiment(options: InitOptions, environment: Record<string, string>): readonly string[] {
  const own = { MLFLOW_TRACKING_URI: undefined, TRACED_AGENTS_EXPORTERS: undefined, ...environment };
  for (const [name, value] of Object.entries(own)) vi.stubEnv(name, value);
  const told: string[] = [];
  init({ ...options, experiment: 'x', onError: ({ name, message }) => told.push(`${name}: ${message}`) });
  return told;
}
