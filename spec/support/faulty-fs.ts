type Call = (...args: never[]) => unknown;

/** What is done instead of a call of the file system; `undefined` in `meddle`: the call itself. */
export const faults: { meddle: ((name: string, real: Call, args: never[]) => unknown) | undefined } = {
  meddle: undefined,
};

const meddled = [
  'appendFileSync',
  'chmodSync',
  'closeSync',
  'fstatSync',
  'ftruncateSync',
  'lstatSync',
  'mkdirSync',
  'open',
  'openSync',
  'readdirSync',
  'readFileSync',
  'readSync',
  'renameSync',
  'rmSync',
  'utimesSync',
  'writeFileSync',
  'writeSync',
];

/** `node:fs`, or `node:fs/promises`, with calls that do what a spec wants: for `vi.mock`. */
export async function faultyFs(importOriginal: () => Promise<unknown>): Promise<Record<string, unknown>> {
  const real = (await importOriginal()) as Record<string, Call>;
  const names = meddled.filter((name) => name in real);
  const calls = names.map((name): [string, Call] => {
    const call = real[name] as Call; // each is there
    return [name, (...args) => (faults.meddle === undefined ? call(...args) : faults.meddle(name, call, args))];
  });
  return { ...real, ...Object.fromEntries(calls) };
}
