/** What an error is and says: `Type: message`, without what there is none of. */
export function errorLine(type: string | undefined, message: string): string {
  if (type === undefined) return message;
  return message === '' ? type : `${type}: ${message}`;
}
