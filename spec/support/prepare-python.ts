import { prepareMlflow } from './python.js';

/** Run once before all specs, so that none of them waits for an installation; says why what needs Python is skipped. */
export function setup(): void {
  const prepared = prepareMlflow();
  if ('skip' in prepared) console.log(`Specs that compare with Python MLflow are skipped: ${prepared.skip}`);
}
