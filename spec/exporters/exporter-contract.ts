import { describe, expect, it } from 'vitest';
import type { Trace } from '../../lib/entities/trace.js';
import { traceToLine } from '../../lib/entities/trace-line.js';
import { ExportError } from '../../lib/errors.js';
import type { TraceExporter } from '../../lib/exporters/exporter.js';
import { aTrace, aUsage } from '../support/traces.js';

/** An exporter under test, and a way to see what reached its destination. */
export interface ExporterSubject {
  readonly exporter: TraceExporter;
  /** Everything that has arrived, in the order of arrival. */
  readonly readBack: () => Promise<readonly Trace[]>;
}

type ContractCase = 'refuses traces after shutdown' | 'fails with an ExportError';

/** What one exporter brings to the contract. */
export interface ExporterContract {
  readonly create: () => ExporterSubject;
  /** What the destination keeps of a trace. @default all of it, to the letter */
  readonly kept?: (trace: Trace) => unknown;
  /** One whose destination is out of order. */
  readonly createBroken?: () => TraceExporter;
  readonly skip?: readonly { readonly reason: string; readonly cases: readonly ContractCase[] }[];
}

const context = { signal: new AbortController().signal };

/** What every exporter must do. */
export function runExporterContract(
  name: string,
  { create, createBroken, kept = traceToLine, skip = [] }: ExporterContract,
): void {
  const reasonToSkip = (title: ContractCase): string | undefined =>
    skip.find(({ cases }) => cases.includes(title))?.reason;
  const itUnlessSkipped = (title: ContractCase, test: () => Promise<void>): void => {
    const reason = reasonToSkip(title);
    it.skipIf(reason !== undefined)(reason === undefined ? title : `${title} (${reason})`, test);
  };

  describe(`the contract of exporters: ${name}`, () => {
    it('has a name', () => {
      const { exporter } = create();

      expect(exporter.name).toMatch(/^[a-z-]+$/);
    });

    it.each(specimens)('hands over %s as it is', async (_title, make) => {
      const { exporter, readBack } = create();
      const trace = make();
      const before = traceToLine(trace);

      await exporter.export([trace], context);
      await exporter.forceFlush?.();

      expect((await readBack()).map(kept)).toEqual([kept(trace)]);
      expect(traceToLine(trace)).toBe(before);
    });

    it('keeps the order within a call and between calls', async () => {
      const { exporter, readBack } = create();
      const [first, second, third] = [numbered(1), numbered(2), numbered(3)];

      await exporter.export([first, second], context);
      await exporter.export([third], context);
      await exporter.forceFlush?.();

      expect((await readBack()).map(idOf)).toEqual([first, second, third].map(idOf));
    });

    it('takes an empty batch', async () => {
      const { exporter, readBack } = create();

      await exporter.export([], context);
      await exporter.forceFlush?.();

      expect(await readBack()).toEqual([]);
    });

    it('can be flushed and shut down before it got anything', async () => {
      const { exporter, readBack } = create();

      await exporter.forceFlush?.();
      await exporter.shutdown?.();

      expect(await readBack()).toEqual([]);
    });

    it('has delivered everything when it is shut down, also twice', async () => {
      const { exporter, readBack } = create();

      await exporter.export([numbered(1)], context);
      await exporter.shutdown?.();
      await exporter.shutdown?.();

      expect((await readBack()).map(idOf)).toEqual([idOf(numbered(1))]);
    });

    itUnlessSkipped('refuses traces after shutdown', async () => {
      const { exporter, readBack } = create();
      await exporter.shutdown?.();

      const late = errorOf(() => exporter.export([numbered(1)], context));

      expect(await late).toBeInstanceOf(ExportError);
      expect(await readBack()).toEqual([]);
    });

    itUnlessSkipped('fails with an ExportError', async () => {
      const exporter = createBroken?.();

      const error = await errorOf(async () => {
        await exporter?.export([numbered(1)], context);
        await exporter?.forceFlush?.();
      });

      expect(error).toBeInstanceOf(ExportError);
      expect(error).toMatchObject({ exporter: exporter?.name });
    });
  });
}

const hostileText =
  'line\nbreak\r\u2028\u2029 "quoted" \\ \u0000 \u001b[31mred </script> 漢字 🧮 \u202e \ufeff {"info":{}} start_time_unix_nano';

const specimens: readonly (readonly [title: string, make: () => Trace])[] = [
  ['the smallest trace', () => aTrace()],
  ['a trace without spans', () => aTrace({ spans: [] })],
  [
    'a trace of an agent',
    () =>
      aTrace({
        session: 'conversation',
        user: 'Ann',
        usage: { ...aUsage(12, 3), cacheReadInputTokens: 5, reasoningTokens: 2 },
        tags: { team: 'sums' },
        spans: [
          { name: 'Calculator.run', inputs: { question: '1 + 1' }, outputs: '2', durationMs: 20.5 },
          { name: 'chat', type: 'LLM', parent: 1, model: 'small', usage: aUsage(12, 3) },
          { name: 'add', type: 'TOOL', parent: 1, inputs: { a: 1, b: 1 }, error: 'RangeError: too large' },
          { name: 'slow', parent: 1, isUnfinished: true },
        ],
      }),
  ],
  [
    'hostile text',
    () =>
      aTrace({
        name: hostileText,
        tags: { [hostileText]: hostileText, constructor: 'tag' },
        spans: [{ name: hostileText, inputs: { [hostileText]: hostileText, constructor: 1 }, error: hostileText }],
      }),
  ],
  [
    'a huge trace',
    () =>
      aTrace({
        spans: [
          { name: 'root', inputs: 'é'.repeat(3_000_000) },
          ...Array.from({ length: 1000 }, (_, index) => ({ name: `child ${index}`, parent: 1 })),
        ],
      }),
  ],
];

function numbered(number: number): Trace {
  return aTrace({ id: `tr-${number.toString(16).padStart(32, '0')}` });
}

function idOf(trace: Trace): string {
  return trace.info.traceId;
}

async function errorOf(act: () => void | Promise<void>): Promise<unknown> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return error;
  }
}
