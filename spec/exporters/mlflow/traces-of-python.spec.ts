import { readdirSync } from 'node:fs';
import { conversationOf, MlflowExporter, type Trace } from 'traced-agents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenTrace } from '../../support/golden.js';
import { type MlflowServer, noServer, startMlflow } from '../../support/mlflow-server.js';

const golden = 'spec/golden';
const names = readdirSync(golden).map((file) => file.replace('.json', ''));

/** Python's own client writes what Python recorded. A server keeps spans among its rows, or in a file. */
const ways = [
  ['rows', 'client.start_trace(trace.info)\n  client.log_spans(experiment_id, trace.data.spans)'],
  ['a file', 'client._upload_trace_data(client.start_trace(trace.info), trace.data)'],
] as const;

describe.skipIf(noServer !== undefined).each(ways)('what Python wrote to a server, spans in %s', (_way, write) => {
  let server: MlflowServer;
  let exporter: MlflowExporter;

  beforeAll(async () => {
    server = await startMlflow();
    server.ask(`
import glob
from mlflow.entities import Trace, TraceLocation
from mlflow.tracing.client import TracingClient
experiment_id = mlflow.create_experiment('golden')
client = TracingClient()
for path in glob.glob('${golden}/*.json'):
  trace = Trace.from_dict(json.load(open(path)))
  trace.info.trace_location = TraceLocation.from_experiment_id(experiment_id)
  # What the server of then has added.
  trace.info.tags = {'mlflow.traceName': trace.info.tags['mlflow.traceName']}
  trace.info.trace_metadata.pop('mlflow.trace.infoFinalized')
  ${write}
print('1')`);
    exporter = new MlflowExporter({ trackingUri: server.url, experiment: 'golden' });
  });

  afterAll(() => server?.stop());

  it.each(names)('reads as the same conversation: %s', async (name) => {
    const recorded = goldenTrace(name);

    const stored = await exporter.getTrace(recorded.info.traceId);

    expect(conversationOf(stored as Trace)).toEqual(conversationOf(recorded)); // it is there
    expect(stored?.data.toJSON()).toEqual(recorded.data.toJSON());
    expect(stored?.info.tokenUsage).toEqual(recorded.info.tokenUsage);
    expect(stored?.info.state).toBe(recorded.info.state);
  });

  it('is found by a search', async () => {
    const found = await exporter.searchTraces({});

    const ids = names.map((name) => goldenTrace(name).info.traceId);
    expect(new Set(found.map(({ info }) => info.traceId))).toEqual(new Set(ids));
  });
});
