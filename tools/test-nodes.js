// Runs all specs under newer versions of Node, which npm's package `node` holds. Without arguments: all that are tried for a release.
import { spawnSync } from 'node:child_process';

const chosen = process.argv.slice(2);
const versions = chosen.length > 0 ? chosen : ['22', '24', '26'];
const run = ['node', 'node_modules/vitest/vitest.mjs', 'run', '--reporter=minimal'];

for (const version of versions) {
  const { status } = spawnSync('npm', ['exec', '--yes', `--package=node@${version}`, '--', ...run], {
    cwd: new URL('..', import.meta.url),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} Node ${version}`);
  if (status !== 0) process.exitCode = 1;
}
