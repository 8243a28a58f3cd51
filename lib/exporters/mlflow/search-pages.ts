import type { MlflowHttp } from './mlflow-http.js';
import { type SearchRequest, searchPage } from './read-traces.js';
import type { TraceInfoJson } from './trace-info-json.js';

/** Far more than arrive while pages are read. */
const maxRemembered = 10_000;

/**
 * All that a search finds, page by page, as they are asked for. A server counts how many traces stand before a page: those that arrive
 * meanwhile push others into the next one, where they are left out.
 */
export async function* searchPages(
  http: MlflowHttp,
  search: Omit<SearchRequest, 'pageToken'>,
): AsyncGenerator<readonly TraceInfoJson[], void, undefined> {
  const seen = new Set<unknown>();
  let pageToken: string | undefined;
  do {
    const page = await searchPage(http, { ...search, pageToken });
    const infos = page.infos.filter(({ trace_id: id }) => !seen.has(id));
    remember(seen, infos);
    yield infos;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}

function remember(seen: Set<unknown>, infos: readonly TraceInfoJson[]): void {
  for (const { trace_id: id } of infos) seen.add(id);
  for (const oldest of seen) {
    if (seen.size <= maxRemembered) return;
    seen.delete(oldest);
  }
}
