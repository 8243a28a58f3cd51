/*
 * A program with a decorated agent of ten spans, in a process of its own. It begins when it is told to, traces as fast as it can,
 * and then stays until all is delivered (`stay`), or ends as any program does (`end`). What it says last is what became of it.
 */
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { flush, init, instrument, stats, TracedAgent, TracedLLM, TracedTool } from '../../dist/bundle/index.js';

const { trackingUri, experiment, traces, way, longestMs, sampling = {} } = JSON.parse(process.argv[2]);
const requests = { sent: 0, refused: 0, unanswered: 0 };

class Researcher {
  name = 'researcher';

  async run(question) {
    for (let step = 0; step < 3; step += 1) {
      const { content } = await this.think(`${question}, step ${step}`);
      await this.search(content);
      await this.read(content);
    }
    if (question.endsWith('0')) throw new RangeError('every tenth question is too hard');
    return question;
  }

  async think(text) {
    return { content: `${text}: ${'what a traced agent tells, and why. '.repeat(6)}`, usage };
  }

  async search(text) {
    return { found: text };
  }

  async read(text) {
    return { text };
  }
}

const usage = { prompt_tokens: 24, completion_tokens: 3, total_tokens: 27 };
instrument(Researcher, { run: TracedAgent(), think: TracedLLM(), search: TracedTool(), read: TracedTool() });

countRequests();
const untilDelivered = way === 'stay' ? { shutdownTimeoutMs: longestMs } : {};
init({ exporters: [], trackingUri, experiment, onError: () => {}, ...untilDelivered, ...sampling });
process.send('ready');
await new Promise((resolve) => process.once('message', resolve));
process.disconnect();

const agent = new Researcher();
const since = Date.now();
const cpuBefore = process.cpuUsage();
for (let number = 0; number < traces; number += 1) await agent.run(`Question ${number}`).catch(() => {});
const tracedMs = Date.now() - since;
if (way === 'stay') await deliver();
const { user, system } = process.cpuUsage(cpuBefore);
const ended = { endedAtMs: Date.now(), startedAtMs: since, tracedMs, cpuMs: (user + system) / 1000 };
process.on('exit', () => {
  const { recorded, exported, spooled, queued, recovered = 0, dropped } = stats().exporters.mlflow;
  const exitMs = Date.now() - ended.endedAtMs;
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  writeSync(
    1,
    JSON.stringify({ ...ended, exitMs, recorded, exported, spooled, queued, recovered, lost, dropped, requests }),
  );
});

/** A server that comes back within the time gets all. */
async function deliver() {
  while (Date.now() - since < longestMs) {
    const { spooled, queued } = (await flush()).exporters.mlflow;
    if (spooled + queued === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Requests with spans, as they leave and come back: those that the package makes again are counted again. */
function countRequests() {
  const isCounted = ({ request }) => request.path === '/v1/traces';
  subscribe('http.client.request.start', (message) => {
    if (isCounted(message)) requests.sent += 1;
  });
  subscribe('http.client.response.finish', (message) => {
    if (isCounted(message) && message.response.statusCode >= 400) requests.refused += 1;
  });
  subscribe('http.client.request.error', (message) => {
    if (isCounted(message)) requests.unanswered += 1;
  });
}
