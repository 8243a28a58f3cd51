import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy on loopback before a real server. */
export interface HidingProxy {
  readonly url: string;
  /** Method and path of each request, in order. */
  readonly seen: readonly string[];
  stop(): Promise<void>;
}

/** Passes everything on but what is for `path`: that it answers itself with `status`, as a server does that has no such route. */
export async function hideRoute(serverUrl: string, path: string, status: number): Promise<HidingProxy> {
  const seen: string[] = [];
  const proxy = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url?.split('?')[0]}`);
    if (incoming.url === path) {
      incoming.resume().on('end', () => outgoing.writeHead(status).end('<!doctype html><title>Not here</title>'));
    } else passOn(new URL(incoming.url ?? '', serverUrl), incoming, outgoing);
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, // it listens
    seen,
    stop: async () => {
      proxy.closeAllConnections();
      await new Promise((done) => proxy.close(done));
    },
  };
}

function passOn(url: URL, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers } = incoming;
  // Over a fresh connection: one that was idle the server may close just then.
  const own = { host: url.host, connection: 'close' };
  const onward = request(url, { method: method ?? 'GET', headers: { ...headers, ...own }, agent: false }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.writeHead(502).end());
  incoming.pipe(onward);
}
