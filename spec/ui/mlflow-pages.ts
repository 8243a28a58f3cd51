import type { Locator, Page } from 'playwright-core';
import { type FoundChromium, findChromium, type Pages, startChromium } from '../support/chromium.js';
import { noServer } from '../support/mlflow-server.js';

const chromium: FoundChromium = findChromium();

/** Why MLflow's pages cannot be looked at; `undefined` if they can. */
export const noPages: string | undefined = noServer ?? ('skip' in chromium ? chromium.skip : undefined);

/** A browser whose user has been here before: nothing is shown to newcomers above what a specification looks at. */
export function startPages(): Promise<Pages> {
  return startChromium({
    'mlflow.assistant.fab.autoOpenedOnFirstLoad_v1': 'true',
    'mlflow.detectIssues.guidanceShown_v1': 'true',
  });
}

/** For `expect.poll()`: a page shows one thing after the other, and on a busy machine it takes its time. */
export const patience = { timeout: 120_000, interval: 200 } as const;

/** Path of the list of an experiment's traces, or of one of them. */
export function tracesPath(experimentId: string, traceId?: string): string {
  return `/#/experiments/${experimentId}/traces${traceId === undefined ? '' : `?traceId=${traceId}`}`;
}

/** Adds columns to the list of traces. */
export async function showColumns(page: Page, names: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'Display', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Columns' }).hover();
  for (const name of names) {
    const box = page.getByRole('menuitemcheckbox', { name, exact: true });
    if ((await box.getAttribute('aria-checked')) !== 'true') await box.click();
  }
  await page.keyboard.press('Escape');
  for (const name of names) await page.getByRole('columnheader', { name }).waitFor();
}

/** What the list says, by column, of `trace <id>` or `session <id>`. */
export async function rowOf(page: Page, what: string): Promise<Readonly<Record<string, string>>> {
  const row = page.getByRole('row').filter({ has: page.getByRole('checkbox', { name: `Select ${what}` }) });
  const cells = await textsOf(row.getByRole('cell').or(row.getByRole('columnheader')));
  const columns = await textsOf(page.getByRole('row').first().getByRole('columnheader'));
  return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']));
}

/** The tree of spans of the trace that is open, a line for each, indented as it stands on the page; of spans with these names. */
export async function spanLines(page: Page, names: readonly string[]): Promise<readonly string[]> {
  const places = [];
  for (const name of new Set(names)) {
    for (const node of await nodes(page, name)) places.push({ name, ...node });
  }
  const indents = [...new Set(places.map(({ x }) => x))].sort((a, b) => a - b);
  return places.sort((a, b) => a.y - b.y).map(({ name, x }) => '  '.repeat(indents.indexOf(x)) + name);
}

/** Chooses a span of the trace that is open, the first of its name unless told otherwise, and tells what stands under a tab of it. */
export async function spanText(
  page: Page,
  name: string,
  { tab, nth = 0 }: { tab: string; nth?: number },
): Promise<string> {
  await (await nodes(page, name))[nth]?.node.click();
  await page.getByRole('tab', { name: tab }).click();
  return (await textsOf(page.getByRole('tabpanel'))).join('\n');
}

/** The spans of a name in the tree, which stands left of what is told of one of them. */
async function nodes(page: Page, name: string): Promise<readonly { node: Locator; x: number; y: number }[]> {
  const trace = page.getByRole('dialog');
  const pane = await trace.getByRole('tablist').boundingBox();
  await trace.getByText(name, { exact: true }).first().waitFor();
  const found = [];
  for (const node of await trace.getByText(name, { exact: true }).all()) {
    const box = await node.boundingBox();
    if (box !== null && pane !== null && box.x < pane.x) found.push({ node, x: Math.round(box.x), y: box.y });
  }
  return found.sort((a, b) => a.y - b.y);
}

async function textsOf(parts: Locator): Promise<readonly string[]> {
  await parts.first().waitFor();
  return (await parts.allInnerTexts()).map((text) => text.trim());
}
