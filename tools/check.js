// The gate: runs every script of package.json called `check:...`, in the order in which they stand there. Prints one line a
// step, the output of the first that fails, and stops there.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const root = new URL('..', import.meta.url);

for (const step of Object.keys(scripts).filter((name) => name.startsWith('check:'))) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', step], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    shell: process.platform === 'win32',
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${step.padEnd(16)} ${seconds.padStart(6)} s  ${scripts[step]}`);
  if (status !== 0) {
    console.log(stripVTControlCharacters(`${stdout}${stderr}`));
    process.exit(1);
  }
}
