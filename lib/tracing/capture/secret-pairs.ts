import { ownField } from '../../usage/own-fields.js';
import type { KeyBook } from './key-book.js';
import { isHeaderName, isOptionName, namingKeys } from './naming.js';

/** Whether a record names a secret whose `value` it holds: `{ name: 'authorization', value: '...' }`. */
export function namesSecret(record: object, keys: KeyBook): boolean {
  return namingKeys.some((naming) => {
    const name: unknown = ownField(record, naming);
    return typeof name === 'string' && keys.lookUp(name).isSecret;
  });
}

/** Whether a record is a log probability: its `token` is a piece of a model's answer. */
export function isModelToken(record: object, key: string): boolean {
  return key === 'token' && typeof ownField(record, 'logprob') === 'number';
}

/** Whether an item of a list names a secret that follows it: a header, or an option of a command. */
export function isSecretName(item: unknown, keys: KeyBook): item is string {
  if (typeof item !== 'string' || item.length < shortestName || !isLetter(item.charCodeAt(item.length - 1)))
    return false;
  return keys.mayName(item) && (isHeaderName(item) || isOptionName(item)) && keys.lookUp(item).isSecret;
}

/**
 * Whether a text in a list is a secret that the item before it names: Node's `rawHeaders` have names and values in turn, and
 * arguments of commands follow their options.
 */
export function isNamedSecret(list: readonly unknown[], index: number, keys: KeyBook): boolean {
  const name: unknown = ownField(list, index - 1);
  if (!isSecretName(name, keys)) return false;
  if (isOptionName(name)) return !String(ownField(list, index)).startsWith('-');
  return index % 2 === 1 && list.length % 2 === 0;
}

const shortestName = '--pwd'.length;

function isLetter(code: number): boolean {
  return code >= 65 && code <= 122;
}
