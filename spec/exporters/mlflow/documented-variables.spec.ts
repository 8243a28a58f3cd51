import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('lists in docs/configuration.md, in a table, every variable that is read', () => {
  const docs = readFileSync('docs/configuration.md', 'utf8');
  const sources = readdirSync('lib', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const code = sources.map((path) => readFileSync(join('lib', path), 'utf8')).join('\n');
  // A whole name where it is read: within quotes, or taken out of the environment; but the place of a trace has such a name, too.
  const read = new Set(code.match(/(?<=(?<!type: )')MLFLOW_[A-Z_]+(?=')|MLFLOW_[A-Z_]+(?=: )/g));

  const missing = [...read].filter((name) => !new RegExp(`^\\|.*\`${name}\``, 'm').test(docs));

  expect(read.size).toBeGreaterThan(15);
  expect(missing).toEqual([]);
});
