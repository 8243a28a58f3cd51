import type { Cost } from '../entities/cost.js';

/** All costs together; `undefined` if there is none. */
export function sumCost(costs: readonly Cost[]): Cost | undefined {
  if (costs.length === 0) return undefined;
  let [inputCost, outputCost, totalCost] = [0, 0, 0];
  for (const cost of costs) {
    inputCost += cost.inputCost;
    outputCost += cost.outputCost;
    totalCost += cost.totalCost;
  }
  return { inputCost, outputCost, totalCost };
}
