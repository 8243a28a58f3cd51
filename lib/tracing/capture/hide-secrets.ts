import { redactText } from './redact-text.js';
import { SecretKeys } from './secret-keys.js';

/** What is hidden from texts that no span captures: messages of errors. */
export interface HidingOptions {
  /** Whether anything is. */
  readonly redactSecrets: boolean;
  /** More key names whose values are hidden. */
  readonly redactKeys: readonly string[] | undefined;
}

/** Hides the secrets that a message quotes: addresses with passwords, keys that a server did not like. */
export function secretHider({ redactSecrets, redactKeys }: HidingOptions): (text: string) => string {
  if (!redactSecrets) return (text) => text;
  const keys = new SecretKeys(redactKeys);
  return (text) => redactText(text, keys);
}
