/* oxlint-disable max-lines -- the expected screens take the room, and belong together */
import 'reflect-metadata';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Trace } from '../../../lib/entities/trace.js';
import { ConfigurationError } from '../../../lib/errors.js';
import {
  ConsoleExporter,
  type ConsoleExporterOptions,
  type Verbosity,
} from '../../../lib/exporters/console/console-exporter.js';
import { displayWidth } from '../../../lib/utils/terminal-text.js';
import { aTrace, aUsage, type SpanParts } from '../../support/traces.js';

const groupChat = aTrace({
  id: 'tr-f8add90a8d978f50bf6ba65358847de2',
  usage: aUsage(1920, 147),
  spans: [
    { name: 'GroupChat.run', type: 'WORKFLOW', durationMs: 1160, inputs: { topic: 'weather' }, outputs: 'sunny' },
    { name: 'Researcher', parent: 1, type: 'AGENT', durationMs: 250, usage: aUsage(300, 40) },
    {
      name: 'think',
      parent: 2,
      type: 'LLM',
      model: 'gpt-4o-mini',
      durationMs: 81,
      usage: aUsage(120, 22),
      inputs: { messages: ['Which city?'] },
    },
    {
      name: 'get_weather',
      parent: 2,
      type: 'TOOL',
      durationMs: 51,
      inputs: { city: '東京' },
      outputs: { sky: 'clear' },
    },
    {
      name: 'search_db',
      parent: 2,
      type: 'TOOL',
      durationMs: 30,
      error: 'ValueError: database locked',
      inputs: { table: 'cities' },
    },
    { name: 'Critic', parent: 1, type: 'AGENT', durationMs: 81, usage: aUsage(220, 9) },
  ],
});

const longError = 'RateLimitError: 429 You exceeded your current quota, please check your plan and billing details.';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('ConsoleExporter', () => {
  it('shows a trace as one tree, one line a span', () => {
    expect(show(groupChat)).toEqual([
      '! GroupChat.run  1.16 s  in 1 920  out 147  1 failed                 tr-f8add90a',
      '├─ Researcher  turn 1   250 ms   300/40',
      '│  ├─ chat gpt-4o-mini   81 ms   120/22',
      '│  ├─ tool get_weather   51 ms',
      '│  └─ ✗ tool search_db   30 ms   ValueError: database locked',
      '└─ Critic  turn 2        81 ms   220/9',
      'by agent: Researcher 300/40 (1 call, 2 tools) 1 failed · Critic 220/9',
    ]);
  });

  it('draws it in ASCII', () => {
    expect(show(groupChat, { ascii: true })).toEqual([
      '! GroupChat.run  1.16 s  in 1 920  out 147  1 failed                 tr-f8add90a',
      '|- Researcher  turn 1   250 ms   300/40',
      '|  |- chat gpt-4o-mini   81 ms   120/22',
      '|  |- tool get_weather   51 ms',
      '|  `- x tool search_db   30 ms   ValueError: database locked',
      '`- Critic  turn 2        81 ms   220/9',
      'by agent: Researcher 300/40 (1 call, 2 tools) 1 failed . Critic 220/9',
    ]);
  });

  it('colours marks and errors, and dims what matters less', () => {
    expect(show(groupChat, { color: true })).toEqual([
      '\x1b[33m!\x1b[39m \x1b[1mGroupChat.run\x1b[22m  1.16 s  in 1 920  out 147  \x1b[31m1 failed\x1b[39m                 \x1b[2mtr-f8add90a\x1b[22m',
      '\x1b[2m├─ \x1b[22mResearcher\x1b[2m  turn 1\x1b[22m   250 ms   300/40',
      '\x1b[2m│  ├─ \x1b[22m\x1b[2mchat \x1b[22mgpt-4o-mini   81 ms   120/22',
      '\x1b[2m│  ├─ \x1b[22m\x1b[2mtool \x1b[22mget_weather   51 ms',
      '\x1b[2m│  └─ \x1b[22m\x1b[31m✗ \x1b[39m\x1b[2mtool \x1b[22msearch_db   30 ms   \x1b[31mValueError: database locked\x1b[39m',
      '\x1b[2m└─ \x1b[22mCritic\x1b[2m  turn 2\x1b[22m        81 ms   220/9',
      '\x1b[2mby agent: \x1b[22mResearcher 300/40\x1b[2m (1 call, 2 tools)\x1b[22m\x1b[31m 1 failed\x1b[39m\x1b[2m · \x1b[22mCritic 220/9',
    ]);
  });

  it('tells what lies outside of all turns, and nothing by agent where there is but one', () => {
    const ada = { name: 'Ada', parent: 1, type: 'AGENT' };
    const summary = { name: 'sum up', parent: 1, type: 'LLM', usage: aUsage(5, 1) };
    const chat = { name: 'chat', type: 'WORKFLOW' };
    const lastLine = (spans: SpanParts[]) => show(aTrace({ spans })).at(-1);

    expect(lastLine([chat, ada, { ...ada, name: 'Bob' }, summary])).toBe('by agent: Ada · Bob · no agent 5/1 (1 call)');
    expect(lastLine([chat, ada, ada])).toBe('└─ Ada  turn 2  1 ms');
    expect(lastLine([chat, ada])).toBe('└─ Ada  1 ms');
    expect(lastLine([chat, ada, { ...ada, parent: 2 }])).toBe('   └─ Ada  1 ms');
  });

  it('uses the width of a wide terminal', () => {
    const trace = aTrace({
      spans: [
        { name: 'run', durationMs: 90 },
        { name: 'ask', parent: 1, type: 'TOOL', error: longError },
      ],
    });

    expect(show(trace, { columns: 120 })).toEqual([
      '! run  90 ms  1 failed                                                                                       tr-64c39651',
      '└─ ✗ tool ask  1 ms   RateLimitError: 429 You exceeded your current quota, please check your plan and billing details.',
    ]);
  });

  it('cuts to the width of a narrow one, and leaves out the id and the tokens', () => {
    expect(show(groupChat, { columns: 40 })).toEqual([
      '! GroupChat.run  1.16 s  1 failed',
      '├─ Researcher     250 ms   300/40',
      '│  ├─ chat gpt-…   81 ms   120/22',
      '│  ├─ tool get_…   51 ms',
      '│  └─ ✗ tool se…   30 ms   ValueError: …',
      '└─ Critic          81 ms   220/9',
      'by agent: Researcher 300/40 (1 call, 2 …',
      '✗ search_db: ValueError: database locked',
    ]);
  });

  it('leaves out the id before the tokens', () => {
    expect(show(groupChat, { columns: 60, verbosity: 'line' })).toEqual([
      '! GroupChat.run  1.16 s  in 1 920  out 147  1 failed',
    ]);
  });

  it('cuts a long name rather than what is told of the trace', () => {
    const trace = aTrace({
      name: 'The quick brown fox jumps over the lazy dog, and over and over again',
      usage: aUsage(5, 7),
    });

    expect(show(trace)).toEqual(['✓ The quick brown fox jumps over the lazy dog, …  1 ms  in 5  out 7  tr-64c39651']);
  });

  it('says how the trace ended: well, with an error, or not yet', () => {
    const states = [
      aTrace(),
      aTrace({ spans: [{ error: '' }] }),
      aTrace({ spans: [{ isUnfinished: true, durationMs: 125_000 }] }),
    ];

    expect(states.flatMap((trace) => show(trace))).toEqual([
      '✓ span 1  1 ms                                                       tr-64c39651',
      '✗ span 1  1 ms  1 failed                                             tr-64c39651',
      '~ span 1  2 min 05 s  1 unfinished                                   tr-64c39651',
    ]);
  });

  it('shows a trace without spans by its header', () => {
    expect(show(aTrace({ name: 'run', durationMs: 40, spans: [] }))).toEqual([
      '✓ run  40 ms                                                         tr-64c39651',
    ]);
  });

  it('shows a trace without a name by that of its root, if it has one', () => {
    const data = [{ spans: [] }, aTrace({ spans: [{ name: 'run' }] }).toJSON()['data']];
    const traces = data.map((spans) => Trace.fromJSON({ info: { trace_id: 'tr-1' }, data: spans }));

    expect(traces.flatMap((trace) => show(trace, { columns: 40 }))).toEqual([
      '✓   0 ms                            tr-1',
      '✓ run  1 ms                         tr-1',
    ]);
  });

  it('names spans by their types, and LLM calls by their models', () => {
    const spans: SpanParts[] = [
      { name: 'run' },
      { name: 'helper', parent: 1 },
      { name: 'answer', parent: 1, type: 'LLM' },
      { name: 'answer', parent: 1, type: 'CHAT_MODEL', model: 'claude-sonnet-4' },
      { name: 'docs', parent: 1, type: 'RETRIEVER' },
      { name: 'mine', parent: 1, type: 'MY_OWN_TYPE' },
    ];

    expect(show(aTrace({ spans }))).toEqual([
      '✓ run  1 ms                                                          tr-64c39651',
      '├─ helper                1 ms',
      '├─ chat answer           1 ms',
      '├─ chat claude-sonnet-4  1 ms',
      '├─ retriever docs        1 ms',
      '└─ my own type mine      1 ms',
    ]);
  });

  it('marks spans that were still open', () => {
    const stream = { name: 'stream', parent: 1, type: 'LLM', model: 'gpt-4o', durationMs: 12, isUnfinished: true };

    expect(show(aTrace({ spans: [{ name: 'run' }, stream, { name: 'Critic', parent: 1 }] }))).toEqual([
      '✓ run  1 ms  1 unfinished                                            tr-64c39651',
      '├─ ~ chat gpt-4o  12 ms   unfinished',
      '└─ Critic          1 ms',
    ]);
  });

  it('marks failed spans that say no reason', () => {
    expect(
      show(
        aTrace({ spans: [{ name: 'run' }, { name: 'ask', parent: 1, type: 'LLM', error: '', usage: aUsage(12, 0) }] }),
      ),
    ).toEqual([
      '! run  1 ms  1 failed                                                tr-64c39651',
      '└─ ✗ chat ask  1 ms   12/0  failed',
    ]);
  });

  it('shows the error of the root last', () => {
    const spans = [
      { name: 'run', error: 'AgentError: no answer' },
      { name: 'ask', parent: 1, type: 'TOOL', error: 'TypeError: no url' },
    ];

    expect(show(aTrace({ spans }))).toEqual([
      '✗ run  1 ms  2 failed                                                tr-64c39651',
      '└─ ✗ tool ask  1 ms   TypeError: no url',
      '✗ run: AgentError: no answer',
    ]);
  });

  it('shows an error that passed through several spans where it stands whole', () => {
    const spans = [
      { name: 'run', error: 'TypeError: no url' },
      { name: 'ask', parent: 1, type: 'TOOL', error: 'TypeError: no url' },
    ];

    expect(show(aTrace({ spans }))).toEqual([
      '✗ run  1 ms  2 failed                                                tr-64c39651',
      '└─ ✗ tool ask  1 ms   TypeError: no url',
    ]);
  });

  it('repeats an error below the tree that had to be cut in it', () => {
    expect(
      show(aTrace({ spans: [{ name: 'run' }, { name: 'ask', parent: 1, type: 'TOOL', error: longError }] })),
    ).toEqual([
      '! run  1 ms  1 failed                                                tr-64c39651',
      '└─ ✗ tool ask  1 ms   RateLimitError: 429 You exceeded your current quota, plea…',
      '✗ ask: RateLimitError: 429 You exceeded your current quota, please check your',
      '  plan and billing details.',
    ]);
  });

  it('shows spans whose parent is missing at the top, beside the root', () => {
    const spans = [
      { name: 'run', durationMs: 40 },
      { name: 'lost', parent: 9, error: 'Error: lost' },
      { name: 'below', parent: 2 },
    ];

    expect(show(aTrace({ name: 'run', spans }))).toEqual([
      '! run  40 ms  1 failed                                               tr-64c39651',
      '├─ run       40 ms',
      '└─ ✗ lost     1 ms   Error: lost',
      '   └─ below   1 ms',
    ]);
  });

  it('takes a root whose parent is in another process for the root', () => {
    expect(
      show(
        aTrace({
          spans: [
            { name: 'run', parent: 'ffffffffffffffff' },
            { name: 'child', parent: 1 },
          ],
        }),
      ),
    ).toEqual(['✓ run  1 ms                                                          tr-64c39651', '└─ child  1 ms']);
  });

  it('aligns wide letters, accents and emoji', () => {
    const names = ['東京の天気', '👩‍👩‍👧‍👦 family', 'cafe\u0301'];
    const spans = [{ name: 'run' }, ...names.map((name) => ({ name, parent: 1, type: 'TOOL' }))];

    expect(show(aTrace({ spans }))).toEqual([
      '✓ run  1 ms                                                          tr-64c39651',
      '├─ tool 東京の天気  1 ms',
      '├─ tool 👩‍👩‍👧‍👦 family   1 ms',
      '└─ tool cafe\u0301        1 ms',
    ]);
  });

  it('draws only the nearest branches of a deep tree', () => {
    expect(show(chain(7, 'Error: deep'), { columns: 40 })).toEqual([
      '! level 1  1 ms  1 failed    tr-64c39651',
      '└─ level 2            1 ms',
      '   └─ level 3         1 ms',
      '      └─ level 4      1 ms',
      '         └─ level 5   1 ms',
      '…        └─ level 6   1 ms',
      '…        └─ ✗ level…  1 ms   Error: deep',
    ]);
  });
});

describe('ConsoleExporter: maxLines', () => {
  it('shows the first spans and the failed ones, and counts the others', () => {
    expect(show(wide([400, 800]), { maxLines: 6 })).toEqual([
      '! run  1 ms  2 failed                                                tr-64c39651',
      '├─ step 2      1 ms',
      '├─ step 3      1 ms',
      '├─ ✗ step 400  1 ms   Error: step 400',
      '└─ ✗ step 800  1 ms   Error: step 800',
      '+ 995 spans',
    ]);
  });

  it('is 60 by default', () => {
    const lines = show(wide([]));

    expect(lines).toHaveLength(60);
    expect(lines.slice(-2)).toEqual(['└─ step 59  1 ms', '+ 941 spans']);
  });

  it('shows errors of spans that found no room', () => {
    expect(show(wide([100, 200, 300, 400, 500, 600]), { maxLines: 6 })).toEqual([
      '! run  1 ms  6 failed                                                tr-64c39651',
      '├─ ✗ step 100  1 ms   Error: step 100',
      '├─ ✗ step 200  1 ms   Error: step 200',
      '└─ ✗ step 300  1 ms   Error: step 300',
      '+ 996 spans  3 failed',
      '✗ step 400: Error: step 400',
    ]);
  });

  it('shows errors too deep to be drawn', () => {
    expect(show(chain(9, 'Error: deep'), { maxLines: 5 })).toEqual([
      '! level 1  1 ms  1 failed                                            tr-64c39651',
      '└─ level 2     1 ms',
      '   └─ level 3  1 ms',
      '+ 6 spans  1 failed',
      '✗ level 9: Error: deep',
    ]);
  });

  it('tells of five errors at most below the tree', () => {
    const failed = Array.from({ length: 200 }, (_, index) => index + 2);

    const lines = show(wide(failed), { maxLines: 20 });

    expect(lines.filter((line) => /^✗ step/.test(line))).toHaveLength(5);
  });

  it.each([
    [1, ['! run  1 ms  1 failed                                                tr-64c39651']],
    [2, ['! run  1 ms  1 failed                                                tr-64c39651', '+ 999 spans  1 failed']],
    [
      3,
      [
        '! run  1 ms  1 failed                                                tr-64c39651',
        '└─ ✗ step 400  1 ms   Error: step 400',
        '+ 998 spans',
      ],
    ],
  ])('may be as small as %i', (maxLines, lines) => {
    expect(show(wide([400]), { maxLines })).toEqual(lines);
  });

  it('counts a single span as one', () => {
    const lines = show(aTrace({ spans: [{ inputs: 1 }, { parent: 1, inputs: 2 }] }), {
      verbosity: 'full',
      maxLines: 3,
    });

    expect(lines).toEqual([
      '✓ span 1  1 ms                                                       tr-64c39651',
      '   in  1',
      '+ 1 span',
    ]);
  });
});

describe('ConsoleExporter: verbosity', () => {
  it('line: shows the header alone', () => {
    expect(show(groupChat, { verbosity: 'line' })).toEqual([
      '! GroupChat.run  1.16 s  in 1 920  out 147  1 failed                 tr-f8add90a',
    ]);
  });

  it('full: shows inputs and outputs, too, one line each', () => {
    expect(show(groupChat, { verbosity: 'full', columns: 60 })).toEqual([
      '! GroupChat.run  1.16 s  in 1 920  out 147  1 failed',
      '│  in  {"topic":"weather"}',
      '│  out "sunny"',
      '├─ Researcher  turn 1   250 ms   300/40',
      '│  ├─ chat gpt-4o-mini   81 ms   120/22',
      '│  │     in  {"messages":["Which city?"]}',
      '│  ├─ tool get_weather   51 ms',
      '│  │     in  {"city":"東京"}',
      '│  │     out {"sky":"clear"}',
      '│  └─ ✗ tool search_db   30 ms   ValueError: database locked',
      '│        in  {"table":"cities"}',
      '└─ Critic  turn 2        81 ms   220/9',
      'by agent: Researcher 300/40 (1 call, 2 tools) 1 failed · Cr…',
    ]);
  });

  it('full: cuts what is long', () => {
    const trace = aTrace({ spans: [{ name: 'run', inputs: { text: 'x'.repeat(1_000_000) } }] });

    expect(show(trace, { verbosity: 'full', columns: 40 })).toEqual([
      '✓ run  1 ms                  tr-64c39651',
      '   in  {"text":"xxxxxxxxxxxxxxxxxxxxxxx…',
    ]);
  });

  it('json: writes the trace as a trace file holds it, with all controls escaped', () => {
    const trace = aTrace({
      spans: [{ name: 'C1 \x9b31m, bidi \u202e, ESC \x1b, line\nbreak', inputs: { city: '東京' } }],
    });

    const [line = '', ...others] = show(trace, { verbosity: 'json' });

    expect(others).toEqual([]);
    expect(line).toContain('"name":"C1 \\u009b31m, bidi \\u202e, ESC \\u001b, line\\nbreak"');
    expect(Trace.fromJSON(line)).toEqual(trace);
  });
});

describe('ConsoleExporter: hostile text', () => {
  it('shows controls as escapes, and keeps one span on one line', () => {
    const trace = aTrace({
      name: 'run\x1b]0;pwned\x07',
      spans: [
        { name: 'run' },
        { name: 'evil\r\n✓ fake  1 ms', parent: 1, type: 'TO\x1bOL', error: 'Error: \u202egpj.exe\x9b31m' },
        { name: 'chat', parent: 1, type: 'LLM', model: '\x1b[2J', inputs: { 'k\x85': '\u2066' } },
      ],
    });

    expect(show(trace, { verbosity: 'full' })).toEqual([
      '! run\\x1b]0;pwned\\x07  1 ms  1 failed                                tr-64c39651',
      '├─ ✗ to\\x1bol evil\\r\\n✓ fake  1 ms  1 ms   Error: \\u202egpj.exe\\x9b31m',
      '└─ chat \\x1b[2J                     1 ms',
      '      in  {"k\\x85":"\\u2066"}',
    ]);
  });

  it.each<Verbosity>(['line', 'tree', 'full', 'json'])(
    'lets nothing through that a terminal obeys: %s',
    (verbosity) => {
      const text = fc.string({ unit: 'binary', maxLength: 60 });
      const span = fc.record({ name: text, type: text, model: text, error: text, inputs: text, outputs: text });

      fc.assert(
        fc.property(text, text, fc.array(span, { maxLength: 6 }), (id, name, spans) => {
          const lines = show(aTrace({ id, name, spans: spans.map((parts, index) => ({ ...parts, parent: index })) }), {
            verbosity,
          });

          expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u);
        }),
      );
    },
  );

  it('never takes more lines or columns than it may', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 100 });
    const span = fc.record({
      name: text,
      parent: fc.nat(30),
      error: fc.option(text, { nil: undefined }),
      inputs: text,
      durationMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
    });
    const sizes = fc.record({
      columns: fc.integer({ min: 1, max: 140 }),
      maxLines: fc.integer({ min: 1, max: 12 }),
      ascii: fc.boolean(),
    });

    fc.assert(
      fc.property(fc.array(span, { maxLength: 20 }), sizes, (spans, options) => {
        const lines = show(
          aTrace({ spans: spans.map(({ error, ...parts }) => (error === undefined ? parts : { ...parts, error })) }),
          { verbosity: 'full', ...options },
        );

        expect(lines.length).toBeLessThanOrEqual(options.maxLines);
        expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(options.columns);
      }),
    );
  });
});

describe('ConsoleExporter: options and streams', () => {
  it('writes to stderr unless told otherwise', () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);

    new ConsoleExporter({ verbosity: 'line', color: false }).export([aTrace({ name: 'run' })]);

    expect(write.mock.calls.map(([text]) => text)).toEqual([expect.stringMatching(/^. run  1 ms .* tr-64c39651\n$/)]);
    write.mockRestore();
  });

  it('takes the signs and the colours from the environment', () => {
    vi.stubEnv('LC_ALL', 'C');
    vi.stubEnv('FORCE_COLOR', '1');
    const { stream, lines } = fakeStream(80);

    new ConsoleExporter({ stream, verbosity: 'line' }).export([aTrace({ name: 'run' })]);

    expect(lines()).toEqual([
      '\x1b[32m+\x1b[39m \x1b[1mrun\x1b[22m  1 ms                                                          \x1b[2mtr-64c39651\x1b[22m',
    ]);
  });

  it('prints several traces in one write, in their order, and nothing for none', () => {
    const write = vi.fn<(text: string) => unknown>();
    const exporter = new ConsoleExporter({ stream: { write }, verbosity: 'line', ascii: true, color: false });

    exporter.export([]);
    exporter.export([aTrace({ name: 'one' }), aTrace({ name: 'two' })]);

    expect(write.mock.calls.map(([text]) => text)).toEqual([
      '+ one  1 ms                                                          tr-64c39651\n' +
        '+ two  1 ms                                                          tr-64c39651\n',
    ]);
  });

  it('follows the width of the terminal', () => {
    const { stream, lines } = fakeStream(80);
    const exporter = new ConsoleExporter({ stream, verbosity: 'line', ascii: true, color: false });

    exporter.export([aTrace({ name: 'run' })]);
    stream.columns = 40;
    exporter.export([aTrace({ name: 'run' })]);

    expect(lines().map((line) => line.length)).toEqual([80, 40]);
  });

  it('throws to its caller what the stream throws', async () => {
    const exporter = new ConsoleExporter({ stream: { write: raise } });

    expect(() => exporter.export([aTrace()])).toThrow(
      'The console exporter could not write to its stream: Error: EPIPE.',
    );
    await expect(exporter.forceFlush()).resolves.toBeUndefined();
  });

  it.each<[ConsoleExporterOptions, string]>([
    // What plain JavaScript may give.
    [
      { verbosity: 'loud' as Verbosity },
      "The option 'verbosity' of ConsoleExporter must be one of line, tree, full, json, but is 'loud'.",
    ],
    [{ maxLines: 0 }, "The option 'maxLines' of ConsoleExporter must be a whole number from 1, but is 0."],
    [{ maxLines: 2.5 }, "The option 'maxLines' of ConsoleExporter must be a whole number from 1, but is 2.5."],
    [
      { stream: {} as NodeJS.WriteStream },
      "The option 'stream' of ConsoleExporter must be an object with a method write(text), but is {}.",
    ],
  ])('refuses %j', (options, message) => {
    expect(() => new ConsoleExporter(options)).toThrow(new ConfigurationError(message));
  });
});

/** The lines that the exporter writes for a trace: 80 columns, no colours, Unicode signs, unless told otherwise. */
function show(
  trace: Trace,
  { columns = 80, ...options }: ConsoleExporterOptions & { columns?: number } = {},
): string[] {
  const { stream, lines } = fakeStream(columns);
  new ConsoleExporter({ stream, color: false, ascii: false, ...options }).export([trace]);
  return lines();
}

function fakeStream(columns: number): { stream: { columns: number; write(text: string): unknown }; lines(): string[] } {
  let written = '';
  const write = (text: string): void => {
    written += text;
  };
  return { stream: { columns, write }, lines: () => written.split('\n').slice(0, -1) };
}

/** A root and 999 steps; those of the given numbers failed. */
function wide(failed: readonly number[]): Trace {
  const steps = Array.from({ length: 999 }, (_, index): SpanParts => {
    const name = `step ${index + 2}`;
    return { name, parent: 1, ...(failed.includes(index + 2) ? { error: `Error: ${name}` } : {}) };
  });
  return aTrace({ spans: [{ name: 'run' }, ...steps] });
}

/** Each span the only child of the one before; the last failed. */
function chain(length: number, error: string): Trace {
  const spans = Array.from({ length }, (_, index): SpanParts => {
    const name = `level ${index + 1}`;
    if (index === 0) return { name };
    return { name, parent: index, ...(index === length - 1 ? { error } : {}) };
  });
  return aTrace({ spans });
}

function raise(): never {
  throw new Error('EPIPE');
}
