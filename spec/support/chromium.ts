import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';

/** Where Chromium is, or why there is none. */
export type FoundChromium = { readonly path: string } | { readonly skip: string };

/** A browser without a screen, with a profile of its own. */
export interface Pages {
  /** Opens a page for as long as `act` looks at it. Where that fails, the message names a picture of what there was to see. */
  visit<Result>(url: string, act: (page: Page) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** As root in a container, without a graphics card, and without a word to anybody but the pages it is sent to. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Of `CHROME_PATH`, else of the system. */
export function findChromium(): FoundChromium {
  const { CHROME_PATH: given } = process.env;
  const path = given ? [given].find(existsSync) : candidates.find(existsSync);
  if (path !== undefined) return { path };
  return { skip: `There is no Chromium at ${given || candidates.join(', ')}. Install it, or set CHROME_PATH.` };
}

/** Installs it where that takes no question: as root on a system with `apt-get`. */
export function prepareChromium(): FoundChromium {
  const found = findChromium();
  if ('path' in found || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return found;
  try {
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'chromium');
    return findChromium();
  } catch (error) {
    return { skip: `${found.skip} It could not be installed: ${String(error).split('\n')[0]}` };
  }
}

/** `remembered` is what pages find in their local storage. */
export async function startChromium(remembered: Readonly<Record<string, string>> = {}): Promise<Pages> {
  const found = findChromium();
  if ('skip' in found) throw new Error(found.skip);
  const browser = await chromium.launch({ executablePath: found.path, args: flags, timeout: 120_000 });
  // One context, so that scripts are loaded once.
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
  await context.addInitScript({ content: `Object.assign(localStorage, ${JSON.stringify(remembered)})` });
  return {
    close: () => browser.close(),
    async visit(url, act) {
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      try {
        await page.goto(url);
        return await act(page);
      } catch (error) {
        throw await pictured(page, error);
      } finally {
        await page.close();
      }
    },
  };
}

async function pictured(page: Page, error: unknown): Promise<unknown> {
  const path = join(tmpdir(), `traced-agents-${process.pid}-${Date.now()}.png`);
  const isTaken = await page.screenshot({ path }).then(
    () => true,
    () => false,
  );
  if (isTaken && error instanceof Error) error.message += `\nWhat the browser showed is in ${path}`;
  return error;
}

function apt(...args: readonly string[]): void {
  execFileSync('apt-get', ['-o', 'Acquire::http::Timeout=20', ...args], {
    stdio: 'ignore',
    timeout: 240_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
