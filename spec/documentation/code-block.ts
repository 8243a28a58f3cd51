import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A block of code as the documentation shows it. */
export interface CodeBlock {
  /** Where it stands, for people. */
  readonly place: string;
  /** What stands behind its opening fence; empty for what is printed. */
  readonly language: string;
  readonly code: string;
}

/** The pages that people read: the README and all that is in docs/. */
export const pages: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Every block of the pages. */
export function blocksOfPages(): CodeBlock[] {
  return pages.flatMap((page) => blocksOf(readFileSync(page, 'utf8'), page));
}

/** Every `@example` of the sources, as it stands in the documentation. */
export function examples(): CodeBlock[] {
  const files = readdirSync('lib', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const source = readFileSync(join('lib', file), 'utf8');
    const tags = [...source.matchAll(/@example\n([^]*?)\*\//g)].map(([, tag = '']) => tag.replace(/^ *\* ?/gm, ''));
    return blocksOf(tags.join('\n'), `lib/${file}`);
  });
}

function blocksOf(markdown: string, path: string): CodeBlock[] {
  return [...markdown.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language = '', code = ''], index) => ({
    place: `${path} (${index + 1})`,
    language,
    code: code.trim(),
  }));
}
