import { performance } from 'node:perf_hooks';

/** A fixed piece of work without tracing: a slow moment of the machine slows it alike. */
function kernel() {
  const value = { numbers: [1, 2, 3], text: 'x'.repeat(200) };
  const since = performance.now();
  for (let turn = 0; turn < 10_000; turn += 1) JSON.parse(JSON.stringify(value));
  return performance.now() - since;
}

async function loop(call, turns) {
  for (let turn = 0; turn < turns; turn += 1) {
    const result = call();
    if (result instanceof Promise) await result;
  }
}

/** Wall and CPU time of a program per span over the untraced one, in units of the kernel. */
export async function measure({ turns, spans, bare, traced, flush }) {
  // Until the engine has compiled both: a program that traces much is a program that runs long.
  await loop(bare, turns);
  await loop(traced, turns);
  await flush();
  const unit = kernel();
  const untraced = await time(bare, turns, async () => {});
  const full = await time(traced, turns, flush);
  return {
    wall: (full.wall - untraced.wall) / turns / spans / unit,
    cpu: (full.cpu - untraced.cpu) / turns / spans / unit,
  };
}

async function time(call, turns, flush) {
  const cpu = process.cpuUsage();
  const since = performance.now();
  await loop(call, turns);
  const wall = performance.now() - since;
  await flush();
  const { user, system } = process.cpuUsage(cpu);
  return { wall, cpu: (user + system) / 1000 };
}

export function median(values) {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[Math.floor(sorted.length / 2)];
}
