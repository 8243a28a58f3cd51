import { type IncomingMessage, request as openHttp } from 'node:http';
import { Agent, request as openHttps } from 'node:https';
import type { Socket } from 'node:net';
import { clearTimeout, setTimeout } from 'node:timers';
import type { TlsSettings } from './tls-settings.js';

/** What the global `fetch` cannot be told: whom to trust, not to hold the process, and a limit for the whole answer. */
export interface NodeFetchOptions {
  readonly tls: TlsSettings | undefined;
  /** Whether requests that are under way let the process end. */
  readonly isBackground: boolean;
  readonly timeoutMs: number;
  /** Whether each request has a connection of its own. @default false */
  readonly isAlwaysFresh?: boolean;
}

/** `fetch` on Node's own requests. Follows no redirects. */
export function makeNodeFetch({ tls, isAlwaysFresh = false, ...limits }: NodeFetchOptions): typeof fetch {
  const shared = isAlwaysFresh ? false : undefined;
  const agent = tls === undefined ? shared : new Agent({ ...tls, keepAlive: !isAlwaysFresh });
  return async (input, init) => {
    const request = new Request(input, init);
    const body = Buffer.from(await request.arrayBuffer());
    const isOverTls = request.url.startsWith('https:');
    const { answer, bytes } = await exchange(request, { ...limits, body, agent: isOverTls ? agent : shared });
    return new Response(bytes.length === 0 ? null : bytes, {
      status: answer.statusCode as number, // an answer has one
      headers: Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
    });
  };
}

interface Way extends Omit<NodeFetchOptions, 'tls' | 'isAlwaysFresh'> {
  readonly body: Buffer;
  /** `undefined`: the one that the whole process shares; `false`: none. */
  readonly agent: Agent | false | undefined;
}

interface WholeAnswer {
  readonly answer: IncomingMessage;
  readonly bytes: Buffer<ArrayBuffer>;
}

function exchange(request: Request, { agent, body, isBackground, timeoutMs }: Way): Promise<WholeAnswer> {
  const { url, method, signal } = request;
  const open = url.startsWith('https:') ? openHttps : openHttp;
  const headers = { ...Object.fromEntries(request.headers), 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const opened = open(url, { method, headers, agent, signal });
    const late = new DOMException(`it took longer than ${timeoutMs} ms`, 'TimeoutError');
    const timer = setTimeout(() => {
      reject(late);
      opened.destroy(late);
    }, timeoutMs).unref();
    let hasAnswer = false;
    opened.on('error', reject).on('close', () => {
      clearTimeout(timer);
      // Where the other side changes to another protocol, Node ends the connection, and says no more.
      if (!hasAnswer) reject(new Error('it ended the connection without an answer'));
    });
    opened.on('response', (answer) => {
      hasAnswer = true;
      answer.toArray().then((chunks: Buffer[]) => resolve({ answer, bytes: Buffer.concat(chunks) }), reject);
    });
    // Whoever uses the connection next holds the process again.
    if (isBackground) opened.on('socket', letGo);
    opened.end(body);
  });
}

/** A server that is there takes a connection within a few round trips. */
const longestConnectMs = 2000;

/** The process may end with this connection. One that is being made holds it whatever is said, and so is given up soon. */
function letGo(socket: Socket): void {
  socket.unref();
  if (!socket.connecting) return;
  const late = new Error(`no connection within ${longestConnectMs} ms`);
  const timer = setTimeout(() => socket.destroy(late), longestConnectMs).unref();
  socket.once('connect', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
}
