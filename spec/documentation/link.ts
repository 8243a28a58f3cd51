import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';

/** A link, or a picture, within the project. */
export interface Link {
  readonly page: string;
  /** The file or folder it leads to, seen from the project's root. */
  readonly target: string;
  /** The heading, as a fragment; empty for the whole file. */
  readonly anchor: string;
}

export function linksOf(page: string): Link[] {
  const links = readFileSync(page, 'utf8').matchAll(/\]\((?!\w+:)([^)#]*)#?([^)]*)\)/g);
  return [...links].map(([, path = '', anchor = '']) => ({
    page,
    target: path === '' ? page : join(dirname(page), path),
    anchor,
  }));
}

/** The fragments of a page's headings, as GitHub makes them. */
export function anchorsOf(page: string): string[] {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}
