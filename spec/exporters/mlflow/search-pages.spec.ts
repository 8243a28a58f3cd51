import { MlflowClient } from 'traced-agents';
import { expect, it } from 'vitest';
import { ScriptedServer } from '../../support/scripted-server.js';

it('remembers which traces there were, but not all of them for ever', async () => {
  const ids = Array.from({ length: 10_001 }, (_, index) => `tr-${index}`);
  const pages = [ids, ['tr-0', 'tr-1', 'tr-10000', 'tr-new']];
  const server = await ScriptedServer.start((_request, index) => ({
    status: 200,
    body: JSON.stringify({
      traces: pages[index]?.map((id) => ({ trace_id: id })),
      ...(index === 0 ? { next_page_token: 'more' } : {}),
    }),
  }));
  const found: string[] = [];

  for await (const { traceId } of new MlflowClient({ trackingUri: server.url }).searchTraceInfos({
    experimentIds: ['0'],
  }))
    found.push(traceId);

  expect(found.slice(ids.length)).toEqual(['tr-0', 'tr-new']);
  await server.stop();
});
