import { type IncomingMessage, request as openHttp } from 'node:http';
import { Agent, request as openHttps } from 'node:https';
import type { TlsSettings } from './tls-settings.js';

/** What the global `fetch` cannot be told. */
export interface NodeFetchOptions {
  readonly tls: TlsSettings | undefined;
  /** Whether requests that are under way let the process end. */
  readonly isBackground: boolean;
  readonly timeoutMs: number;
}

/** `fetch` on Node's own requests. Follows no redirects; loaded only where it is needed. */
export function makeNodeFetch({ tls, ...limits }: NodeFetchOptions): typeof fetch {
  const agent = tls === undefined ? undefined : new Agent({ ...tls, keepAlive: true });
  return async (input, init) => {
    const request = new Request(input, init);
    const body = Buffer.from(await request.arrayBuffer());
    const isOverTls = request.url.startsWith('https:');
    const answer = await answerTo(request, { ...limits, body, agent: isOverTls ? agent : undefined });
    const bytes = Buffer.concat(await answer.toArray());
    return new Response(bytes.length === 0 ? null : bytes, {
      status: answer.statusCode as number, // an answer has one
      headers: Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
    });
  };
}

interface Way extends Omit<NodeFetchOptions, 'tls'> {
  readonly body: Buffer;
  /** @default the one that the whole process shares */
  readonly agent: Agent | undefined;
}

function answerTo(request: Request, { agent, body, isBackground, timeoutMs }: Way): Promise<IncomingMessage> {
  const { url, method, signal } = request;
  const open = url.startsWith('https:') ? openHttps : openHttp;
  const headers = { ...Object.fromEntries(request.headers), 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const opened = open(url, { method, headers, agent, signal }, resolve).on('error', reject);
    const late = new DOMException(`it took longer than ${timeoutMs} ms`, 'TimeoutError');
    const timer = setTimeout(() => opened.destroy(late), timeoutMs).unref();
    opened.on('close', () => clearTimeout(timer));
    // Whoever uses the connection next holds the process again.
    if (isBackground) opened.on('socket', (socket) => socket.unref());
    opened.end(body);
  });
}
