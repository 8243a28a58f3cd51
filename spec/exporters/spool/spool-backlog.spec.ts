import { mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Trace } from '../../../lib/entities/trace.js';
import { traceToLine } from '../../../lib/entities/trace-line.js';
import type { Outcome } from '../../../lib/exporters/backlog.js';
import type { SpoolLimits } from '../../../lib/exporters/spool/own-segments.js';
import { SpoolBacklog } from '../../../lib/exporters/spool/spool-backlog.js';
import { SpoolFolder } from '../../../lib/exporters/spool/spool-folder.js';
import { aTrace } from '../../support/traces.js';

const taken: Outcome = { kind: 'taken', refused: 0 };
const failed: Outcome = { kind: 'failed', reason: 'export failed' };
const givenUp: Outcome = { kind: 'failed', reason: 'shutdown' };

const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), count: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ do: fc.constant('send' as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ do: fc.constant('fail' as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ do: fc.constant('add while sending' as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ do: fc.constant('add while it fails' as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ do: fc.constantFrom('close' as const, 'crash' as const), count: fc.constant(1) }),
);

describe('a backlog on disk', () => {
  it('delivers every trace, those of one run in their order, and counts each once, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const runs = new Runs();
        try {
          for (const { do: what, count } of steps) {
            if (what === 'add') runs.add(count);
            if (what === 'send') await runs.send(count, taken);
            if (what === 'fail') await runs.send(count, failed);
            if (what === 'add while sending') await runs.send(count, taken, () => runs.add(count));
            if (what === 'add while it fails') await runs.send(count, () => runs.addAnd(count, failed));
            if (what === 'close') runs.restart();
            if (what === 'crash') runs.crash();
            runs.check();
          }
          runs.restart(); // what failed of other runs is not looked for again at once
          while (await runs.send(3, taken));

          expect(runs.delivered.toSorted(byNumber)).toEqual(runs.added);
          expect(runs.files()).toEqual([]);
        } finally {
          runs.end();
        }
      }),
      { numRuns: 400 },
    );
  });

  it('keeps the order of what ends while a call fails', async () => {
    const runs = new Runs();
    try {
      runs.add(1);
      await runs.send(1, failed);
      await runs.send(1, () => runs.addAnd(1, failed));
      runs.check();
      while (await runs.send(1, taken));

      expect(runs.delivered).toEqual([0, 1]);
    } finally {
      runs.end();
    }
  });

  it.each([
    ['a trace', [5]],
    ['traces that follow one another', [5, 6, 7]],
    ['the last of all', [19]],
    ['half of all', [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
  ])('sets aside what fails whenever it is sent, where others do not: %s', async (_title, bad) => {
    const runs = new Runs();
    try {
      runs.add(20);
      const answer = (numbers: readonly number[]) => (numbers.some((number) => bad.includes(number)) ? failed : taken);
      // Where nothing else came, nothing would tell whether the server or the trace is to blame.
      for (let round = 0; round < 50; round += 1) {
        for (let call = 0; call < 30; call += 1) await runs.send(8, answer);
        runs.add(1);
      }
      await runs.send(8, answer);

      expect(runs.delivered.toSorted(byNumber)).toEqual(runs.added.filter((number) => !bad.includes(number)));
      expect(runs.dropped).toBe(bad.length);
      expect(runs.told.filter((what) => / failed whenever it was sent, and others did not/.test(what))).toHaveLength(
        bad.length,
      );
      runs.checkSum();
    } finally {
      runs.end();
    }
  });

  it('sets none aside where all fail, however long', async () => {
    for (const failures of [...Array.from({ length: 40 }, (_, index) => index), 70, 71]) {
      const runs = new Runs();
      try {
        runs.add(50);
        for (let call = 0; call < failures; call += 1) await runs.send(8, failed);
        runs.check();
        while (await runs.send(8, taken));

        expect(runs.delivered.toSorted(byNumber), `${failures} failures`).toEqual(runs.added);
        runs.check();
        expect(runs.files()).toEqual([]);
      } finally {
        runs.end();
      }
    }
  });

  it('sets none aside where the server comes and goes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 2, max: 15 }), { maxLength: 12 }), async (outages) => {
        const runs = new Runs();
        try {
          runs.add(12);
          for (const failures of outages) {
            for (let call = 0; call < failures; call += 1) await runs.send(4, failed);
            runs.check();
            await runs.send(4, taken);
            runs.add(1);
            runs.check();
          }
          while (await runs.send(4, taken));

          expect(runs.delivered.toSorted(byNumber)).toEqual(runs.added);
        } finally {
          runs.end();
        }
      }),
    );
  });

  it.each([
    ['while it waits', (runs: Runs) => runs.restart()],
    ['while it is tried', (runs: Runs) => runs.send(8, () => runs.restartAnd(failed))],
    ['after it was tried in vain, for the end came', (runs: Runs) => runs.send(8, givenUp).then(() => runs.restart())],
  ])('keeps for the next run what waits while others are tried: %s', async (_title, end) => {
    const runs = new Runs();
    try {
      runs.add(20);
      for (let call = 0; call < 15; call += 1) await runs.send(8, failed);
      runs.check();
      await runs.send(8, taken);
      runs.check();
      await end(runs);
      while (await runs.send(8, taken));

      expect([...new Set(runs.delivered)].toSorted(byNumber)).toEqual(runs.added);
      expect(runs.delivered.length - runs.added.length, 'delivered twice').toBeLessThanOrEqual(1);
    } finally {
      runs.end();
    }
  });

  it('loses at the end what waits in memory alone, and counts it', async () => {
    const runs = new Runs({ maxBytes: 0 });
    try {
      runs.add(1);
      for (let call = 0; call < 15; call += 1) await runs.send(8, failed);

      expect(runs.close()).toBe(1);
    } finally {
      runs.end();
    }
  });
});

describe('a file that makes room', () => {
  it('is not marked any more when a trace is settled that had waited before it', async () => {
    const runs = new Runs({ maxBytes: 4000, maxSegmentBytes: 1000 });
    try {
      runs.add(4);
      for (let call = 0; call < 12; call += 1) await runs.send(4, failed);
      await runs.send(1, taken);
      runs.add(12);
      while (await runs.send(4, taken));

      expect(runs.delivered.length + runs.dropped).toBe(runs.added.length);
      expect(runs.dropped).toBeLessThan(10);
      runs.checkSum();
    } finally {
      runs.end();
    }
  });

  it('while it is read, or on its way, is not asked for any more', async () => {
    const runs = new Runs({ maxBytes: 4000, maxSegmentBytes: 1000 });
    try {
      runs.add(4);
      await runs.send(4, failed);
      const reading = runs.send(2, taken, () => runs.add(8));
      await reading;
      await runs.send(1, () => runs.addAnd(8, taken));
      await runs.send(8, failed);
      await runs.send(3, () => runs.addAnd(8, failed));
      while (await runs.send(8, taken));

      expect(runs.delivered.length + runs.dropped).toBe(runs.added.length);
      runs.checkSum();
      expect(new Set(runs.delivered).size).toBe(runs.delivered.length);
      expect(runs.dropped).toBeGreaterThan(5);
    } finally {
      runs.end();
    }
  });
});

/** One process after the other with the same folder. */
class Runs {
  readonly added: number[] = [];
  readonly delivered: number[] = [];
  readonly #root = mkdtempSync(join(tmpdir(), 'traced-agents-'));
  readonly told: string[] = [];
  readonly #limits: Partial<SpoolLimits>;
  #backlog: SpoolBacklog;
  dropped = 0;
  #addedInRun = 0;
  #exported = 0;

  constructor(limits: Partial<SpoolLimits> = {}) {
    this.#limits = limits;
    this.#backlog = this.#open();
  }

  add(count: number): void {
    for (let index = 0; index < count; index += 1) {
      const number = this.added.length;
      this.added.push(number);
      this.#addedInRun += 1;
      const trace = numbered(number);
      expect(this.#backlog.add({ trace, line: traceToLine(trace), length: 100 })).toBeUndefined();
    }
  }

  addAnd(count: number, outcome: Outcome): Outcome {
    this.add(count);
    return outcome;
  }

  async send(
    count: number,
    answer: Outcome | ((numbers: readonly number[]) => Outcome),
    meanwhile: () => void = () => undefined,
  ): Promise<boolean> {
    const taking = this.#backlog.take(count);
    meanwhile();
    const batch = await taking;
    if (batch === undefined) return false;
    expect(batch.traces.length).toBeLessThanOrEqual(count);
    const outcome = typeof answer === 'function' ? answer(batch.traces.map(numberOf)) : answer;
    if (outcome.kind === 'taken') this.delivered.push(...batch.traces.map(numberOf));
    this.#exported += batch.settle(outcome).exported;
    return true;
  }

  check(): void {
    const { queued, spooled } = this.#backlog.stats();
    expect(this.#exported + queued + spooled).toBe(this.#addedInRun);
    expect(queued).toBeLessThanOrEqual(8 + 32 + 5);
    // What failed of another run, and others behind it did not, waits in a file of its own, which is told: nothing is lost by that.
    expect(this.told.filter((what) => !/^\d+ traces .* failed alone, and others did not/.test(what))).toEqual([]);
  }

  checkSum(): void {
    const { queued, spooled } = this.#backlog.stats();
    expect(this.#exported + queued + spooled + this.dropped).toBe(this.#addedInRun);
  }

  close(): number {
    return this.#backlog.close();
  }

  restart(): void {
    expect(this.close()).toBe(0);
    this.#begin();
  }

  restartAnd(outcome: Outcome): Outcome {
    this.restart();
    return outcome;
  }

  /** As if the process had ended at once: its files bear the number of one that is not there. */
  crash(): void {
    for (const file of this.files()) {
      const [created, host, , since, rest] = file.split('-');
      renameSync(join(this.#root, file), join(this.#root, [created, host, '999999999', since, rest].join('-')));
    }
    this.#begin();
  }

  files(): string[] {
    return readdirSync(this.#root).filter(
      (file) => statSync(join(this.#root, file)).size > 0 && file.endsWith('.jsonl'),
    );
  }

  end(): void {
    rmSync(this.#root, { recursive: true });
  }

  #begin(): void {
    this.#backlog = this.#open();
    this.#addedInRun = 0;
    this.#exported = 0;
  }

  #open(): SpoolBacklog {
    return new SpoolBacklog({
      folder: new SpoolFolder(this.#root, 'somewhere'),
      limits: { maxBytes: 10_000_000, maxAgeMs: 60_000, maxTraces: 1000, maxSegmentBytes: 5000, ...this.#limits },
      held: { maxTraces: 8, maxLength: 10_000 },
      memory: { maxTraces: 100, maxLength: 100_000 },
      drop: (reason, count) => {
        this.dropped += count;
        this.told.push(`${count} ${reason}`);
      },
      tell: (what) => this.told.push(what),
    });
  }
}

function numbered(number: number): Trace {
  return aTrace({ id: `tr-${number.toString(16).padStart(32, '0')}` });
}

function numberOf({ info }: Trace): number {
  return Number.parseInt(info.traceId.slice(3), 16);
}

function byNumber(left: number, right: number): number {
  return left - right;
}
