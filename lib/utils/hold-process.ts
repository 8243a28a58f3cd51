import { clearInterval, setInterval } from 'node:timers';

const longestMs = 2 ** 31 - 1;

/** Keeps the process from ending until the promise settles, also where nothing else does that it waits for. */
export async function holdProcess<Value>(promise: Promise<Value>): Promise<Value> {
  const timer = setInterval(() => undefined, longestMs);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}
