import { ownField } from '../../usage/own-fields.js';
import { isRecord } from '../../utils/records.js';

/**
 * What has gone wrong by the answer of a tool: those of the Model Context Protocol do not throw, but answer with `isError` and the
 * error's text. `undefined` where nothing has. Never throws.
 */
export function failureToldBy(answer: unknown): string | undefined {
  try {
    if (!isRecord(answer) || !('isError' in answer) || ownField(answer, 'isError') !== true) return undefined;
    const content = ownField(answer, 'content');
    return Array.isArray(content) ? (content.map(textOf).find((text) => text !== undefined) ?? '') : undefined;
  } catch {
    return undefined; // a proxy may throw at any question
  }
}

function textOf(part: unknown): string | undefined {
  const text = isRecord(part) ? ownField(part, 'text') : undefined;
  return typeof text === 'string' ? text : undefined;
}
