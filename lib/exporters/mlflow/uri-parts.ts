/** An address as messages may repeat it, be it one or not: without whatever could be a user and a password. */
export function shownUri(uri: string): string {
  return uri.replace(/^([a-z][\w+.-]*:?\/\/)?[^]*@/i, '$1');
}

/** `undefined` where its percent signs encode nothing. */
export function decodeUriPart(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
