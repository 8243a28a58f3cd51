import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUnixMs, now, toUnixMs, toUnixNs, unixNsText } from '../../lib/utils/clock.js';

const day = 24 * 60 * 60 * 1000;

describe('a moment', () => {
  it.each([
    ['of this process', 0, 100 * day],
    ['before it', -100 * day, 0],
    ['of another time', fromUnixMs(0), fromUnixMs(Date.now() * 2)],
  ])('%s lies in the millisecond in which its nanosecond lies', (_title, min, max) => {
    fc.assert(
      fc.property(fc.double({ min, max, noNaN: true }), (moment) => {
        expect(toUnixMs(moment)).toBe(Number(toUnixNs(moment) / 1_000_000n));
        expect(unixNsText(moment)).toBe(String(toUnixNs(moment)));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([-1e-6, 0, 1e-6])('%s ms beside a whole millisecond is told from it', (distance) => {
    const whole = fromUnixMs(1_800_000_000_000) + distance;

    expect(toUnixMs(whole)).toBe(Number(toUnixNs(whole) / 1_000_000n));
    expect(unixNsText(whole)).toBe(String(toUnixNs(whole)));
  });

  it.each([0, 1, -1])('%s ns beside a whole second has all its digits, however long the process runs', (distance) => {
    for (const seconds of [5, 60 * 60, 99 * 24 * 60 * 60]) {
      const second = fromUnixMs((Math.ceil(Date.now() / 1000) + seconds) * 1000) + distance * 1e-6;

      expect(unixNsText(second)).toBe(String(toUnixNs(second)));
      expect(toUnixMs(second)).toBe(Number(toUnixNs(second) / 1_000_000n));
    }
  });

  it('is now', () => {
    // The system's clock may be set while this runs.
    expect(Math.abs(toUnixMs(now()) - Date.now())).toBeLessThan(60_000);
  });
});
