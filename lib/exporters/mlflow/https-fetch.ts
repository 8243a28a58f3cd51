import type { IncomingMessage } from 'node:http';
import { Agent, request as openRequest } from 'node:https';
import type { TlsSettings } from './tls-settings.js';

/** `fetch` with certificates, which the global one cannot be given. Follows no redirects; loaded only where it is needed. */
export function makeHttpsFetch(tls: TlsSettings): typeof fetch {
  const agent = new Agent({ ...tls, keepAlive: true });
  return async (input, init) => {
    const request = new Request(input, init);
    const body = Buffer.from(await request.arrayBuffer());
    const answer = await answerTo(request, { agent, body });
    const bytes = Buffer.concat(await answer.toArray());
    return new Response(bytes.length === 0 ? null : bytes, {
      status: answer.statusCode as number, // an answer has one
      headers: Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
    });
  };
}

interface Way {
  readonly agent: Agent;
  readonly body: Buffer;
}

function answerTo(request: Request, { agent, body }: Way): Promise<IncomingMessage> {
  const { url, method, signal } = request;
  return new Promise((resolve, reject) => {
    const headers = { ...Object.fromEntries(request.headers), 'content-length': body.length };
    openRequest(url, { method, headers, agent, signal }, resolve).on('error', reject).end(body);
  });
}
