import type { KeyBook } from './key-book.js';

const namingKeys = ['name', 'key', 'header', 'field'];

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
