import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as later } from 'node:timers/promises';

/** A server that stands still, and whose queue of connections is full: the next one is neither taken nor refused. Not on Windows. */
export async function blackHole(): Promise<{ readonly port: number; readonly stop: () => void }> {
  const listen = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log(this.address().port); })`;
  const child = spawn(process.execPath, ['-e', listen]);
  const [line] = await once(child.stdout, 'data');
  const port = Number(line);
  child.kill('SIGSTOP');
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  await later(200);
  const stop = (): void => {
    for (const filler of fillers) filler.destroy();
    child.kill('SIGKILL');
  };
  return { port, stop };
}
