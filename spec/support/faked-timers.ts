/**
 * `node:timers` as `vi.useFakeTimers()` would have it. The library takes its timers from there, so that those of a test are not its
 * own; a spec that is about them says `vi.mock('node:timers', () => import('../support/faked-timers.js'))`.
 */
type Run = () => void;

export const setTimeout = (run: Run, ms: number): NodeJS.Timeout => globalThis.setTimeout(run, ms);
export const clearTimeout = (timer: NodeJS.Timeout | undefined): void => globalThis.clearTimeout(timer);
export const setInterval = (run: Run, ms: number): NodeJS.Timeout => globalThis.setInterval(run, ms);
export const clearInterval = (timer: NodeJS.Timeout | undefined): void => globalThis.clearInterval(timer);
export const setImmediate = (run: Run): NodeJS.Immediate => globalThis.setImmediate(run);
export const clearImmediate = (immediate: NodeJS.Immediate | undefined): void => globalThis.clearImmediate(immediate);
