import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';

/** The other ends of a wire: one that takes all at once, one that accepts and never answers, one where nobody listens. */
export async function startStandIns() {
  const experiment = '{"experiment":{"experiment_id":"1","name":"bench","lifecycle_stage":"active"}}';
  const taking = await listen(
    createHttpServer((request, response) => {
      request.resume().on('end', () => response.end(request.method === 'GET' ? experiment : ''));
    }),
  );
  const hanging = await listen(createServer((socket) => socket.on('error', () => undefined)));
  const closed = await listen(createServer());
  await closed.close();
  const url = ({ port }) => `http://127.0.0.1:${port}`;
  return { taking: url(taking), hanging: url(hanging), down: url(closed) };
}

function listen(server) {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      server.unref();
      resolve({ port: server.address().port, close: () => new Promise((done) => server.close(done)) });
    });
  });
}
