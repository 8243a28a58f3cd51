import { isRecord } from '../utils/records.js';

/** What tokens cost, in US dollars. */
export interface Cost {
  readonly inputCost: number;
  readonly outputCost: number;
  readonly totalCost: number;
}

/** A cost out of MLflow's JSON (parsed); `undefined` if there is none. A missing part is 0, a missing total the sum. */
export function costFromJson(json: unknown): Cost | undefined {
  if (!isRecord(json)) return undefined;
  const { input_cost: input, output_cost: output, total_cost: total } = json;
  if (!isAmount(input) && !isAmount(output) && !isAmount(total)) return undefined;
  const inputCost = isAmount(input) ? input : 0;
  const outputCost = isAmount(output) ? output : 0;
  return Object.freeze({ inputCost, outputCost, totalCost: isAmount(total) ? total : inputCost + outputCost });
}

/** A cost as MLflow's JSON text. */
export function costToJson({ inputCost, outputCost, totalCost }: Cost): string {
  return JSON.stringify({ input_cost: inputCost, output_cost: outputCost, total_cost: totalCost });
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
