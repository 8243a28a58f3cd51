import { MlflowClient, type TraceSearch } from 'traced-agents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedServer } from '../../support/scripted-server.js';

const experimentIds = ['0'];
const filterKnows =
  'state, name, traceId, clientRequestId, runId, timestampMs, executionTimeMs, text, session, user, tags, metadata, feedback, expectations, span';

describe('a search of MlflowClient', () => {
  let server: ScriptedServer;
  let mlflow: MlflowClient;

  beforeAll(async () => {
    server = await ScriptedServer.start(() => ({ status: 200, body: '{"traces":[{"trace_id":"tr-1"}]}' }));
    mlflow = new MlflowClient({ trackingUri: server.url });
  });

  afterAll(() => server.stop());

  async function findFirst(search: unknown): Promise<unknown> {
    for await (const trace of mlflow.searchTraces(search as TraceSearch)) return trace;
    return undefined;
  }

  it.each([
    [null, 'search must be an object of conditions, but is null.'],
    [{}, 'search.experimentIds must be a list of texts, but is undefined.'],
    [{ experimentIds: '0' }, "search.experimentIds must be a list of texts, but is '0'."],
    [
      { experimentIds, filters: {} },
      "search has no condition 'filters'. It knows experimentIds, filter, orderBy, pageSize.",
    ],
    [{ experimentIds, orderBy: 'x' }, "search.orderBy must be a list of texts, but is 'x'."],
    [{ experimentIds, pageSize: 0 }, 'search.pageSize must be a whole number from 1 to 500, but is 0.'],
    [{ experimentIds, pageSize: 501 }, 'search.pageSize must be a whole number from 1 to 500, but is 501.'],
    [{ experimentIds, pageSize: '5' }, "search.pageSize must be a whole number from 1 to 500, but is '5'."],
    [{ experimentIds, filter: null }, 'search.filter must be an object of conditions, but is null.'],
  ])('is refused: %o', async (search, message) => {
    const { length } = server.seen;

    await expect(findFirst(search)).rejects.toThrow(new TypeError(message));
    expect(server.seen).toHaveLength(length);
  });

  const states = 'one of OK, ERROR, IN_PROGRESS, STATE_UNSPECIFIED, or a list of them';

  it.each([
    [{ tag: { tenant: 'acme' }, status: 'ERROR' }, `filter has no condition 'tag'. It knows ${filterKnows}.`],
    [{ toString: 'a' }, `filter has no condition 'toString'. It knows ${filterKnows}.`],
    [{ state: 'error' }, `filter.state must be ${states}, but is 'error'.`],
    [{ state: ['OK', null] }, `filter.state must be ${states}, but is [ 'OK', null ].`],
    [{ name: 5 }, 'filter.name must be a text, or an object with one of not, like, ilike, but is 5.'],
    [{ name: { likes: 'a' } }, "filter.name has no condition 'likes'. It knows not, like, ilike."],
    [{ name: {} }, 'filter.name must have one of not, like, ilike, but is {}.'],
    [{ name: { like: undefined } }, 'filter.name must have one of not, like, ilike, but is { like: undefined }.'],
    [
      { name: { like: 'a', not: 'b' } },
      "filter.name must have one of not, like, ilike, but is { like: 'a', not: 'b' }.",
    ],
    [{ name: { like: 5 } }, 'filter.name.like must be a text, but is 5.'],
    [{ traceId: [5] }, 'filter.traceId must be a text or a list of texts, but is [ 5 ].'],
    [{ timestampMs: 5 }, 'filter.timestampMs must be an object of conditions, but is 5.'],
    [{ timestampMs: { from: 5 } }, "filter.timestampMs has no condition 'from'. It knows atLeast, atMost."],
    [
      { timestampMs: { atLeast: Number.NaN } },
      'filter.timestampMs.atLeast must be a number of milliseconds, but is NaN.',
    ],
    [
      { executionTimeMs: { atMost: '5' } },
      "filter.executionTimeMs.atMost must be a number of milliseconds, but is '5'.",
    ],
    [
      { executionTimeMs: { atMost: Number.POSITIVE_INFINITY } },
      'filter.executionTimeMs.atMost must be a number of milliseconds, but is Infinity.',
    ],
    [{ text: 'sky' }, "filter.text must be an object of conditions, but is 'sky'."],
    [{ text: {} }, 'filter.text must have one of like, but is {}.'],
    [{ session: 5 }, 'filter.session must be a text, but is 5.'],
    [{ tags: ['a'] }, "filter.tags must be an object of conditions, but is [ 'a' ]."],
    [
      { tags: { tenant: undefined } },
      'filter.tags.tenant must be a text, or an object with one of not, like, ilike, isSet, but is undefined.',
    ],
    [{ tags: { tenant: { isSet: 1 } } }, 'filter.tags.tenant.isSet must be true or false, but is 1.'],
    [
      { metadata: { build: { isset: true } } },
      "filter.metadata.build has no condition 'isset'. It knows not, like, ilike, isSet.",
    ],
    [
      { feedback: { good: true } },
      'filter.feedback.good must be a text, or an object with one of not, like, ilike, but is true.',
    ],
    [{ span: { nam: 'a' } }, "filter.span has no condition 'nam'. It knows name, type, status, content, attributes."],
    [{ span: { status: 'UNSET' } }, "filter.span.status must be one of OK, ERROR, but is 'UNSET'."],
    [{ span: { content: { ilike: 'a' } } }, "filter.span.content has no condition 'ilike'. It knows like."],
    [{ span: { attributes: { model: 5 } } }, 'filter.span.attributes.model must be a text, but is 5.'],
  ])('is refused with the filter %o', async (filter, message) => {
    const { length } = server.seen;

    await expect(findFirst({ experimentIds, filter })).rejects.toThrow(new TypeError(`search.${message}`));
    expect(server.seen).toHaveLength(length);
  });

  it.each([
    { experimentIds: [] },
    { experimentIds, filter: { traceId: [] } },
    { experimentIds, filter: { state: [], name: 'a' } },
    { experimentIds, filter: { clientRequestId: [] } },
    { experimentIds, filter: { runId: [] } },
  ])('finds nothing for an empty list, and asks nothing: %o', async (search) => {
    const { length } = server.seen;

    expect(await findFirst(search)).toBeUndefined();
    expect(server.seen).toHaveLength(length);
  });

  it('may leave open what is undefined', async () => {
    const filter = { state: undefined, span: undefined, timestampMs: { atLeast: undefined } };

    expect(await findFirst({ experimentIds, filter, pageSize: undefined })).toBeDefined();
  });
});
