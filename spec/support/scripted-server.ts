import { createServer, type IncomingHttpHeaders, Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A request as the server got it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked. */
  readonly body: string;
}

/** What the server does with a request: an answer, or `hang up`, or `hang`. */
export type Reply =
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  | 'hang up'
  | 'hang';

/** An HTTP server on loopback that answers as a specification says, and remembers what it was asked. */
export class ScriptedServer {
  readonly seen: SeenRequest[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** With `tls` it speaks https. */
  static async start(
    reply: (request: SeenRequest, index: number) => Reply,
    tls?: ServerOptions,
  ): Promise<ScriptedServer> {
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    const scripted = new ScriptedServer(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const isPacked = request.headers['content-encoding'] === 'gzip';
        const seen = {
          method: request.method ?? '',
          url: request.url ?? '',
          headers: request.headers,
          body: (isPacked ? gunzipSync(bytes) : bytes).toString(),
        };
        scripted.seen.push(seen);
        const answer = reply(seen, scripted.seen.length - 1);
        if (answer === 'hang up') request.socket.destroy();
        else if (answer !== 'hang') response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return scripted;
  }

  get url(): string {
    const scheme = this.#server instanceof Server ? 'http' : 'https';
    return `${scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // it listens
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}
