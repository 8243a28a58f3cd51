import { prepareChromium } from './chromium.js';

/** Run once before all specs; says why what needs a browser is skipped. */
export function setup(): void {
  const prepared = prepareChromium();
  if ('skip' in prepared) console.log(`Specs that look at MLflow's pages are skipped: ${prepared.skip}`);
}
