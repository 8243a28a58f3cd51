import { join } from 'node:path';
import { FileExporter, MlflowExporter, sendTraces, Trace, traceToLine } from 'traced-agents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SpanEvent } from '../../../lib/entities/span-event.js';
import { type MlflowServer, noServer, startMlflow } from '../../support/mlflow-server.js';
import { temporaryFolders } from '../../support/temporary-folder.js';
import { aTrace, type TraceParts } from '../../support/traces.js';

const newFolder = temporaryFolders();
const { signal } = new AbortController();
const long = (character: string, length: number): string => character.repeat(length);
const said = (content: string) => ({ messages: [{ role: 'user', content }] });

/** A trace that others wrote, with what ours never have. */
function written(change: (span: Record<string, unknown>) => void, parts: TraceParts = {}): (id: string) => Trace {
  return (id) => {
    const json = JSON.parse(traceToLine(aTrace({ id, ...parts })).replace(/_nano":(\d+)/g, '_nano":"$1"')) as {
      data: { spans: Record<string, unknown>[] };
    };
    change(json.data.spans[0] ?? {});
    return Trace.fromJSON(json);
  };
}

function withAttribute(text: string): (id: string) => Trace {
  return written((span) => Object.assign(span['attributes'] as object, { it: text }));
}

const ours = (parts: TraceParts) => (id: string) => aTrace({ id, ...parts });

/** What is sent, what is looked at of what is stored, and what that is. */
const cases: readonly (readonly [string, (id: string) => Trace, (trace: Trace) => unknown, unknown])[] = [
  ['a long session', ours({ session: long('🧮', 251) }), ({ info }) => info.session, long('🧮', 250)],
  ['a session of the longest', ours({ session: long('🧮', 250) }), ({ info }) => info.session, long('🧮', 250)],
  ['a long user', ours({ user: long('u', 9000) }), ({ info }) => info.user, long('u', 250)],
  ['a long name', ours({ name: long('🧮', 4097) }), ({ info }) => info.name, long('🧮', 4096)],
  [
    'a long name and facts',
    ours({ name: long('🧮', 4097), metadata: { a: long('b', 251) } }),
    ({ info }) => [info.name, info.metadata['a']],
    [long('🧮', 4096), long('b', 250)],
  ],
  ['a long name of a span', ours({ name: 'a', spans: [{ name: long('n', 5000) }] }), nameOf, long('n', 5000)],
  ['a long type', ours({ spans: [{ type: long('🧮', 501) }] }), typeOf, long('🧮', 500)],
  ['a long tag', ours({ tags: { a: long('🧮', 4097) } }), ({ info }) => info.tags['a'], long('🧮', 4096)],
  [
    'odd keys of tags',
    ours({ tags: { a$b: '1', '': '2', '🧮': '3', [long('k', 251)]: '4', '../x': '5', 'a\nb': '6' } }),
    ({ info: { tags } }) => ['a$b', '', '🧮', long('k', 250), '../x', 'a\nb'].map((key) => tags[key]),
    ['1', '2', '3', '4', '5', '6'],
  ],
  [
    'odd keys of metadata',
    ours({ metadata: { a$b: '1', '': '2', '🧮': '3', [long('k', 251)]: '4', 'a\0b': '5' } }),
    ({ info: { metadata } }) => ['a$b', '', '🧮', long('k', 250), 'a\ufffdb'].map((key) => metadata[key]),
    ['1', '2', '3', '4', '5'],
  ],
  [
    'a span that did not end',
    written((span) => Object.assign(span, { end_time_unix_nano: null })),
    durationOf,
    [1, 0n],
  ],
  ['a span that ended at 0', written((span) => Object.assign(span, { end_time_unix_nano: '0' })), durationOf, [1, 0n]],
  [
    'a span that ended before it began',
    written((span) => Object.assign(span, { end_time_unix_nano: '1767323044000000000' })),
    durationOf,
    [1, 0n],
  ],
  ['a time before all', written((span) => Object.assign(span, { start_time_unix_nano: '-5' })), startOf, 0n],
  [
    'a time beyond all',
    written((span) =>
      Object.assign(span, { start_time_unix_nano: `${2n ** 63n}`, end_time_unix_nano: `${2n ** 64n}` }),
    ),
    startOf,
    2n ** 63n - 1n,
  ],
  [
    'halves of characters',
    ours({
      name: '\ud800',
      session: '\udc00',
      tags: { a: '\ud800' },
      spans: [{ error: '\ud800', inputs: said('\ud800') }],
    }),
    everyText,
    ['\ufffd', '\ufffd', '\ufffd', '\ufffd', '\ufffd', '\ufffd'],
  ],
  [
    'NUL characters',
    ours({ name: '\0', session: '\0', tags: { a: '\0' }, spans: [{ error: '\0', inputs: said('\0') }] }),
    everyText,
    ['\ufffd', '\ufffd', '\ufffd', '\ufffd', '\ufffd', '\ufffd'],
  ],
  [
    'NUL characters and facts',
    ours({
      name: '\0',
      session: '\0',
      tags: { a: '\0' },
      metadata: { b: '\0' },
      spans: [{ error: '\0', inputs: said('\0') }],
    }),
    everyText,
    ['\ufffd', '\ufffd', '\ufffd', '\ufffd', '\ufffd', '\ufffd'],
  ],
  ['a span id of zeros', written((span) => Object.assign(span, { span_id: long('0', 16) })), nameOf, 'span 1'],
  [
    'a parent that never arrives',
    ours({ session: 's', user: 'u', tags: { a: '1' }, spans: [{ parent: 99, inputs: 1, outputs: 2 }] }),
    ({ info }) => [info.state, info.requestPreview, info.responsePreview, info.session, info.user, info.tags['a']],
    ['OK', '1', '2', 's', 'u', '1'],
  ],
  ['no spans', ours({ spans: [], name: 'empty' }), ({ info }) => [info.state, info.name], ['OK', 'empty']],
  [
    'odd attributes of events',
    ours({
      spans: [{ events: [new SpanEvent('a', -5n, { none: null, of: { x: 1 }, in: [null, [1, 2 ** 70]] } as never)] }],
    }),
    ({ data }) => data.spans[0]?.events.map(({ timeNs, attributes }) => [timeNs, attributes]),
    [[0n, { none: null, of: '{"x":1}', in: [null, [1, 2 ** 70]] }]],
  ],
  [
    'links that lead nowhere',
    ours({ spans: [{ links: [link('zz', 'b'), link(long('a', 32), long('b', 16)), link('', '')] }] }),
    ({ data }) => data.spans[0]?.links.map(({ traceId, spanId }) => [traceId, spanId]),
    [[`tr-${long('a', 32)}`, long('b', 16)]],
  ],
  ...(
    [
      ['gen_ai.conversation.id', long('🧮', 251), long('🧮', 250)],
      ['session.id', `[${long('c', 251)}`, `[${long('c', 249)}`],
      ['mlflow.llm.cost', 0.02, undefined],
      ['mlflow.llm.cost', 'cheap', undefined],
      ['mlflow.llm.cost', { total_cost: '1' }, undefined],
      ['mlflow.llm.cost', { total_cost: 1 }, { total_cost: 1 }],
      ['entity.type', ['person', 'place'], '["person","place"]'],
      ['span.type', { is: 'odd' }, '{"is":"odd"}'],
      ['ai.operationId', [[1]], '[[1]]'],
      ['gen_ai.operation.name', ['chat'], '["chat"]'],
      ['langfuse.observation.type', {}, '{}'],
      ['lmnr.span.type', [], '[]'],
      ['lmnr.span.type', 'TOOL', 'TOOL'],
      ['openinference.span.kind', ['LLM'], '["LLM"]'],
      ['traceloop.span.kind', ['tool'], '["tool"]'],
    ] as const
  ).map(
    ([key, value, stored]) =>
      [
        `${key} ${JSON.stringify(value).slice(0, 20)} of a span`,
        ours({ spans: [{}, { parent: 1, attributes: { [key]: value } }] }),
        ({ data }: Trace) => data.spans[1]?.getAttribute(key),
        stored,
      ] as (typeof cases)[number],
  ),
  [
    'the session and the user of a span below the root',
    ours({ spans: [{}, { parent: 1, attributes: { 'session.id': 's', 'user.id': 7, 'mlflow.traceTag.a': 'b' } }] }),
    ({ data }) => ['session.id', 'user.id', 'mlflow.traceTag.a'].map((key) => data.spans[1]?.getAttribute(key)),
    ['s', 7, 'b'],
  ],
  [
    'an attribute of its root that would be a tag of the server',
    ours({ spans: [{ attributes: { 'mlflow.traceTag.mlflow.trace.spansLocation': 'ARTIFACT_REPO' } }] }),
    nameOf,
    'span 1',
  ],
  ['a short time', ours({ durationMs: 1e-4, metadata: { a: 'b' } }), summaryOf, ['OK', 0, 'b']],
  ['a negative time', ours({ durationMs: -5, metadata: { a: 'b' } }), summaryOf, ['OK', 0, 'b']],
  ['a time without end', ours({ durationMs: 1e300, metadata: { a: 'b' } }), summaryOf, ['OK', 253402214400000, 'b']],
  [
    'a year that has five digits',
    ours({ requestTime: new Date('+012000-01-01T00:00:00Z'), spans: [], metadata: { a: 'b' } }),
    ({ info }) => [info.requestTime.getUTCFullYear(), info.metadata['a']],
    [9999, 'b'],
  ],
  ...(
    [
      ['NaN', 'NaN'],
      ['-Infinity', '-Infinity'],
      ['1e400', 'Infinity'],
      [long('9', 400), 'Infinity'],
      ['9223372036854775807', '9223372036854775807'],
      ['-9223372036854775808', '-9223372036854775808'],
      ['9223372036854775808', '9.223372036854776e+18'],
      ['1e-7', '1e-07'],
      ['', '""'],
      ['hello', '"hello"'],
      ['truthy', '"truthy"'],
      ['nope', '"nope"'],
      ['01', '"01"'],
      ['"unfinished', '"\\"unfinished"'],
      ['{"a":NaN}', '{"a":NaN}'],
      ['"{\\"a\\":1}"', '"{\\"a\\":1}"'],
      ['" [1]"', '" [1]"'],
      ['"12"', '"12"'],
      ['"null"', '"null"'],
      ['" spaced "', '" spaced "'],
    ] as const
  ).map(
    ([text, stored]) =>
      [`the attribute ${text.slice(0, 20)}`, withAttribute(text), attributeOf, stored] as (typeof cases)[number],
  ),
];

describe.skipIf(noServer !== undefined)(`a real MLflow server${noServer === undefined ? '' : `: ${noServer}`}`, () => {
  let server: MlflowServer;
  let exporter: MlflowExporter;

  beforeAll(async () => {
    server = await startMlflow();
    exporter = new MlflowExporter({ trackingUri: server.url, experiment: 'odd' });
  });

  afterAll(() => server.stop());

  it.each(cases.map((one, index) => [...one, index] as const))('takes %s', async (_title, make, look, seen, index) => {
    const trace = make(`tr-${String(index).padStart(32, 'a')}`);

    await exporter.export([trace], { signal });

    const stored = await exporter.getTrace(trace.info.traceId);
    expect(stored === undefined ? 'nothing' : look(stored)).toEqual(seen);
  });

  it('refuses a trace whose id is none, and takes the others', async () => {
    const traces = [
      aTrace({ id: `tr-${long('b', 32)}` }),
      aTrace({ id: 'tr-odd' }),
      aTrace({ id: `tr-${long('c', 32)}` }),
    ];

    await expect(exporter.export(traces, { signal })).rejects.toMatchObject({
      name: 'RejectedTracesError',
      traceIds: ['tr-odd'],
    });

    expect(await exporter.getTrace(`tr-${long('c', 32)}`)).toBeDefined();
  });

  it('says of a file which trace it does not take, and why', async () => {
    const file = join(newFolder(), 'traces.jsonl');
    new FileExporter({ path: file }).export([aTrace({ id: `tr-${long('d', 32)}` }), aTrace({ id: 'tr-odd' })]);

    const { sent, refused, refusals } = await sendTraces(file, exporter);

    expect({ sent, refused, refusals }).toEqual({
      sent: 1,
      refused: 1,
      refusals: [{ traceId: 'tr-odd', reason: expect.stringMatching(/\/v1\/traces failed \(4\d\d/) }],
    });
  });

  it('finds spans by type, and counts them by it', async () => {
    const spans = [{}, { parent: 1, type: 'TOOL' }, { parent: 1, type: 'LLM', model: 'gpt-4o-mini' }];
    const typed = new MlflowExporter({ trackingUri: server.url, experiment: 'types' });

    await typed.export([aTrace({ id: `tr-${long('e', 32)}`, spans })], { signal });

    expect(
      server.ask(`
experiment = mlflow.get_experiment_by_name('types').experiment_id
def found(filter): return len(mlflow.search_traces(locations=[experiment], filter_string=filter, return_type='list'))
print(json.dumps([found("span.type = 'TOOL'"), found("span.type = 'LLM'"), found("span.type = 'PARSER'")]))`),
    ).toEqual([1, 1, 0]);
  });
});

function link(traceId: string, spanId: string) {
  return { traceId: `tr-${traceId}`, spanId, attributes: {} };
}

function nameOf({ data }: Trace): unknown {
  return data.spans[0]?.name;
}

function typeOf({ data }: Trace): unknown {
  return data.spans[0]?.type;
}

function startOf({ data }: Trace): unknown {
  return data.spans[0]?.startTimeNs;
}

function durationOf({ info, data: { spans } }: Trace): unknown {
  return [info.executionDurationMs, (spans[0]?.endTimeNs ?? 0n) - (spans[0]?.startTimeNs ?? 0n)];
}

function summaryOf({ info }: Trace): unknown {
  return [info.state, info.executionDurationMs, info.metadata['a']];
}

function attributeOf({ data }: Trace): unknown {
  return data.spans[0]?.attributeTexts['it'];
}

function everyText({ info, data: { spans } }: Trace): unknown {
  const inputs = spans[0]?.inputs as ReturnType<typeof said> | undefined;
  const { message } = spans[0]?.status ?? {};
  return [info.name, info.session, info.tags['a'], message, inputs?.messages[0]?.content, info.requestPreview];
}
