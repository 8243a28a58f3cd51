import { readFile } from 'node:fs/promises';
import { ConfigurationError, init, shutdown, stats, traceTool } from 'traced-agents';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { settings } from '../lib/settings.js';

const echo = traceTool((value: unknown) => value, { name: 'echo' });

beforeEach(() => {
  vi.unstubAllEnvs();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await shutdown();
});

describe('init', () => {
  it.each([
    [{ sampleRatio: 2 }, "The option 'sampleRatio' must be a number from 0 to 1, but is 2."],
    [{ lateSpanMs: -1 }, "The option 'lateSpanMs' must be a number from 0, but is -1."],
    [{ verbosity: 'loud' }, "The option 'verbosity' must be one of tree, line, full, json, but is 'loud'."],
    [{ enabled: 'maybe' }, "The option 'enabled' must be true or false, but is 'maybe'."],
    [{ redactKeys: [5] }, "The option 'redactKeys' must be names between commas"],
    [{ exporters: [{}] }, "Each of the 'exporters' must have a name and a method export(traces, context)."],
    [
      {
        exporters: [
          { name: 'a', export() {} },
          { name: 'a', export() {} },
        ],
      },
      "Two exporters are called 'a'.",
    ],
    [{ exportres: [] }, "init() has no option 'exportres'."],
  ])('refuses %j', (options, message) => {
    const misuse = () => init(options as never);

    expect(misuse).toThrow(ConfigurationError);
    expect(misuse).toThrow(message);
    expect(stats().started).toBe(0);
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

  it('tells of a variable that cannot be used, and goes on with the default', () => {
    vi.stubEnv('TRACED_AGENTS_LATE_SPAN_MS', 'soon');
    const errors: string[] = [];

    init({ exporters: [], onError: (error) => errors.push(error.message) });
    echo(1);

    expect(errors).toEqual([
      "TRACED_AGENTS_LATE_SPAN_MS must be a number from 0, but is 'soon'. Its default holds instead.",
    ]);
    expect(stats().recorded).toBe(1);
  });

  it('chooses among the default exporters by the environment', () => {
    vi.stubEnv('TRACED_AGENTS_EXPORTERS', 'console');
    vi.stubEnv('TRACED_AGENTS_VERBOSITY', 'line');

    init();

    expect(Object.keys(stats().exporters)).toEqual(['console']);
  });

  it('refuses a default exporter that does not exist', () => {
    vi.stubEnv('TRACED_AGENTS_EXPORTERS', 'konsole');

    expect(() => init()).toThrow(
      "TRACED_AGENTS_EXPORTERS names 'konsole', but the default exporters are console and file.",
    );
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
