import { describe, expect, it } from 'vitest';
import { filterText, type TraceFilter } from '../../../lib/exporters/mlflow/trace-filter.js';

describe('a filter', () => {
  it.each<[TraceFilter, string]>([
    [{}, ''],
    [{ state: 'ERROR' }, "status = 'ERROR'"],
    [{ state: ['OK', 'ERROR'] }, "status IN ('OK', 'ERROR')"],
    [{ name: 'agent', runId: 'r1' }, "name = 'agent' AND run_id = 'r1'"],
    [{ name: { not: 'agent' } }, "name != 'agent'"],
    [{ name: { like: 'a%' } }, "name LIKE 'a%'"],
    [{ name: { ilike: 'A%' } }, "name ILIKE 'A%'"],
    [{ traceId: ['tr-1', 'tr-2'], clientRequestId: 'c' }, "request_id IN ('tr-1', 'tr-2') AND client_request_id = 'c'"],
    [{ timestampMs: { atLeast: 1.2, atMost: 3.9 } }, 'timestamp_ms >= 2 AND timestamp_ms <= 3'],
    [{ executionTimeMs: { atLeast: 5 } }, 'execution_time_ms >= 5'],
    [{ text: { like: '%sky%' } }, "trace.text LIKE '%sky%'"],
    [{ text: { like: '%say "x"%' } }, 'trace.text LIKE \'%say ___"x___"%\''],
    [{ span: { content: { like: 'C:\\dir\n' } } }, "span.content LIKE 'C:____dir__n'"],
    [{ span: { attributes: { q: `it's "x"` } } }, 'span.attributes.`q` LIKE \'%it_s ___"x___"%\''],
    [{ tags: { env: 'dev', 'team name': { isSet: true } } }, "tag.`env` = 'dev' AND tag.`team name` IS NOT NULL"],
    [{ metadata: { build: { isSet: false } } }, 'metadata.`build` IS NULL'],
    [{ session: 's', user: 'u' }, "metadata.`mlflow.trace.session` = 's' AND metadata.`mlflow.trace.user` = 'u'"],
    [
      { feedback: { good: 'true' }, expectations: { answer: '42' } },
      "feedback.`good` = 'true' AND expectation.`answer` = '42'",
    ],
    [
      {
        span: {
          name: 'think',
          type: 'LLM',
          status: 'ERROR',
          content: { like: '%x%' },
          attributes: { 'mlflow.llm.model': 'gpt' },
        },
      },
      "span.name = 'think' AND span.type = 'LLM' AND span.status = 'ERROR' AND span.content LIKE '%x%' AND span.attributes.`mlflow.llm.model` LIKE '%gpt%'",
    ],
    [{ name: "it's" }, 'name = "it\'s"'],
    [{ name: 'say "x"' }, 'name = \'say "x"\''],
    [{ name: `both ' and "` }, `name LIKE 'both _ and "'`],
    [{ name: { ilike: `both ' and "` } }, `name ILIKE 'both _ and "'`],
  ])('%o is written %s', (filter, text) => {
    expect(filterText(filter)).toBe(text);
  });

  it.each<TraceFilter>([
    { name: { not: `both ' and "` } },
    { traceId: [`both ' and "`] },
    { tags: { 'a`b': 'c' } },
    { tags: { '': 'c' } },
    { tags: { name: 'Bob' } },
    { metadata: { Run_ID: { isSet: true } } },
    { feedback: { text: 'yes' } },
    { expectations: { prompt: 'yes' } },
  ])('refuses what cannot be written: %o', (filter) => {
    expect(() => filterText(filter)).toThrow(/A filter cannot hold/);
  });
});
