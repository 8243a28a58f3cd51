import type { KeyBook } from './key-book.js';
import { isHeaderName, namingKeys } from './naming.js';

/** Whether a record names a secret whose `value` it holds: `{ name: 'authorization', value: '...' }`. */
export function namesSecret(record: object, keys: KeyBook): boolean {
  return namingKeys.some((naming) => {
    const name: unknown = Object.getOwnPropertyDescriptor(record, naming)?.value;
    return typeof name === 'string' && keys.lookUp(name).isSecret;
  });
}

/** Whether a record is a log probability: its `token` is a piece of a model's answer. */
export function isModelToken(record: object, key: string): boolean {
  return key === 'token' && typeof Object.getOwnPropertyDescriptor(record, 'logprob')?.value === 'number';
}

/** Whether an item of a list is the name of a secret header. */
export function isSecretHeader(item: unknown, keys: KeyBook): boolean {
  if (typeof item !== 'string' || item.length < shortestHeader || !isLetter(item.charCodeAt(item.length - 1)))
    return false;
  return keys.mayName(item) && isHeaderName(item) && keys.lookUp(item).isSecret;
}

/** Whether an item of a list is the value of a secret header: Node's `rawHeaders` have names and values in turn. */
export function isHeaderValue(list: readonly unknown[], index: number, keys: KeyBook): boolean {
  if (index % 2 === 0 || list.length % 2 === 1) return false;
  return isSecretHeader(Object.getOwnPropertyDescriptor(list, index - 1)?.value, keys);
}

const shortestHeader = 'cookie'.length;

function isLetter(code: number): boolean {
  return code >= 65 && code <= 122;
}
