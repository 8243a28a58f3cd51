/** With a full stop at its end, where it does not end by itself: what errors say may be a sentence or not. */
export function sentence(text: string): string {
  return /[.!?\u2026]$/.test(text) ? text : `${text}.`;
}
