import { performance } from 'node:perf_hooks';

/**
 * Where a subject's exporter puts what it gets. `calls wall` is measured with an exporter that does nothing, `calls cpu` with
 * one that makes the bytes; so it is told by a flag.
 */
export class Sink {
  isWriting = false;
  /** Spans (or traces, for subjects that export whole traces) that have arrived. */
  received = 0;
  bytes = 0;

  /**
   * @template Item
   * @param {readonly Item[]} items
   * @param {(items: readonly Item[]) => Uint8Array} [toBytes]
   */
  take(items, toBytes) {
    this.received += items.length;
    if (this.isWriting && toBytes !== undefined) this.bytes += toBytes(items).length;
  }
}

/**
 * A program and its traced twin, measured again and again.
 *
 * @typedef {{ wall: number, cpu: number, wallUs: number, cpuUs: number }} Figures Times per span: divided by the kernel's, and
 *   as they are, in microseconds.
 */
export class Program {
  #workload;
  #bare;
  #traced;
  #flush;
  #calls;
  #batches = 1;
  /** Calls so far: what must have arrived in the end. */
  made = 0;

  /**
   * @param {import('./workloads.js').Workload} workload
   * @param {{ bare: Function, traced: Function, flush?: () => unknown, calls?: number }} parts
   */
  constructor(workload, { bare, traced, flush = () => {}, calls = workload.calls }) {
    this.#workload = workload;
    this.#bare = bare;
    this.#traced = traced;
    this.#flush = flush;
    this.#calls = calls;
  }

  /** Runs until the engine has compiled both programs, and finds how many batches fill so many milliseconds. */
  async warmUp(milliseconds) {
    await this.#runTraced();
    const { wall } = await this.#runTraced();
    this.#batches = Math.min(1000, Math.max(1, Math.ceil(milliseconds / Math.max(wall, 0.01))));
    await this.#runBare();
    const again = await this.#runTraced();
    this.#batches = Math.min(1000, Math.max(1, Math.ceil((milliseconds / Math.max(again.wall, 0.01)) * this.#batches)));
  }

  /**
   * Garbage is collected when the engine sees fit: forced, it also drops compiled code whose shapes nobody holds just then.
   *
   * @param {Sink} sink
   * @returns {Promise<Figures>}
   */
  async measure(sink) {
    const spans = this.#batches * this.#calls * this.#workload.perCall;
    sink.isWriting = false;
    const unit = kernel().wall;
    const bare = await this.#runBare();
    const wall = ((await this.#runTraced()).wall - bare.wall) / spans;
    sink.isWriting = true;
    const cpuUnit = kernel().cpu;
    const cpu = (await this.#runTraced()).cpu / spans;
    return { wall: wall / unit, cpu: cpu / cpuUnit, wallUs: wall * 1000, cpuUs: cpu * 1000 };
  }

  async #runBare() {
    const batches = [];
    for (let batch = 0; batch < this.#batches; batch += 1) batches.push(await this.#timeBatch(this.#bare));
    return { wall: undisturbed(batches) * this.#batches };
  }

  /** `wall` is the loop alone; `cpu` is the whole process, until the exporter has all. */
  async #runTraced() {
    const batches = [];
    const start = process.cpuUsage();
    for (let batch = 0; batch < this.#batches; batch += 1) {
      batches.push(await this.#timeBatch(this.#traced));
      await this.#flush();
    }
    this.made += this.#batches * this.#calls;
    return { wall: undisturbed(batches) * this.#batches, cpu: cpuSince(start) };
  }

  async #timeBatch(call) {
    const start = process.cpuUsage();
    const since = performance.now();
    await this.#workload.run(call, this.#calls);
    return { wall: performance.now() - since, cpu: cpuSince(start) };
  }
}

/**
 * The mean wall time of those batches during which the process had a core to itself: nothing in them waits, so that one whose
 * CPU time is shorter than its wall time stood still for the sake of others. Collecting garbage is not standing still.
 */
function undisturbed(batches) {
  const quiet = batches.filter(({ wall, cpu }) => cpu >= 0.97 * wall);
  const kept = quiet.length > 0 ? quiet : batches;
  return kept.reduce((sum, { wall }) => sum + wall, 0) / kept.length;
}

/** A fixed piece of work without tracing, in ms: a slow moment of the machine slows it alike. */
export function kernel() {
  const value = { numbers: [1, 2, 3], text: 'x'.repeat(200), nested: { is: true, list: ['a', 'b'] } };
  const parts = Array.from({ length: 10 }, () => {
    const start = process.cpuUsage();
    const since = performance.now();
    for (let turn = 0; turn < 400; turn += 1) JSON.parse(JSON.stringify(value));
    return { wall: performance.now() - since, cpu: cpuSince(start) };
  });
  return { wall: undisturbed(parts), cpu: parts.reduce((sum, { cpu }) => sum + cpu, 0) / parts.length };
}

function cpuSince(start) {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.filter(Number.isFinite).sort((one, other) => one - other);
  if (sorted.length === 0) return Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
