/**
 * Whether a trace is kept at this ratio. Decided by the random end of its id, so that every process that sees the same id
 * decides alike, and a trace kept at a low ratio is kept at every higher one.
 */
export function isSampled(traceId: string, ratio: number): boolean {
  return ratio >= 1 || Number.parseInt(traceId.slice(-8), 16) < ratio * 0x1_0000_0000;
}
