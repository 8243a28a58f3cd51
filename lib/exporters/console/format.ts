const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** A duration with its unit, in three digits or so: `0.4 ms`, `81 ms`, `1.16 s`, `2 min 05 s`, `1 h 02 min`. */
export function formatDuration(nanoseconds: bigint): string {
  const milliseconds = Math.max(0, Number(nanoseconds) / 1e6);
  if (milliseconds < 9.95) return `${Number(milliseconds.toFixed(milliseconds < 0.1 ? 2 : 1))} ms`;
  if (milliseconds < 999.5) return `${milliseconds.toFixed(0)} ms`;
  if (milliseconds < 9.995 * second) return `${(milliseconds / second).toFixed(2)} s`;
  if (milliseconds < 59.95 * second) return `${(milliseconds / second).toFixed(1)} s`;
  if (milliseconds < hour - second / 2) return inTwoUnits(milliseconds / second, 'min', 's');
  return inTwoUnits(milliseconds / minute, 'h', 'min');
}

function inTwoUnits(smallUnits: number, large: string, small: string): string {
  const whole = Math.round(smallUnits);
  return `${formatCount(Math.floor(whole / 60))} ${large} ${String(whole % 60).padStart(2, '0')} ${small}`;
}

/** A count with its thousands apart: `1 920`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ');
}
