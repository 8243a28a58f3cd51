import type { KeyBook } from './key-book.js';

/** The keys under which the name stands whose `value` stands beside it. */
export const namingKeys = ['name', 'key', 'header', 'field'];

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

/** In other lists the names of secrets are names: those of parameters and the like. */
const headerName = /^(?:authorization|cookie|[a-z]+(?:-[a-z]+)+)$/i;

/** Whether a text can be only the name of an HTTP header, where the value of the header follows it in a list. */
export function isHeaderName(text: string): boolean {
  return headerName.test(text);
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
