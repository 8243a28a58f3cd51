import { describe, expect, it } from 'vitest';
import { formatCount, formatDuration } from '../../../lib/exporters/console/format.js';

describe('formatDuration', () => {
  it.each([
    [-5n, '0 ms'],
    [0n, '0 ms'],
    [12_000n, '0.01 ms'],
    [400_000n, '0.4 ms'],
    [1_000_000n, '1 ms'],
    [9_949_999n, '9.9 ms'],
    [9_950_000n, '10 ms'],
    [81_400_000n, '81 ms'],
    [999_499_999n, '999 ms'],
    [999_500_000n, '1.00 s'],
    [1_160_000_000n, '1.16 s'],
    [12_340_000_000n, '12.3 s'],
    [59_960_000_000n, '1 min 00 s'],
    [125_000_000_000n, '2 min 05 s'],
    [3_599_400_000_000n, '59 min 59 s'],
    [3_599_500_000_000n, '1 h 00 min'],
    [3_725_000_000_000n, '1 h 02 min'],
    [36_000_000_000_000_000n, '10 000 h 00 min'],
  ])('of %s ns is %s', (nanoseconds, text) => {
    expect(formatDuration(nanoseconds)).toBe(text);
  });
});

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [147, '147'],
    [1920, '1 920'],
    [1_234_567, '1 234 567'],
  ])('of %i is %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});
