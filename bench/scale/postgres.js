/* A PostgreSQL of our own in a temporary folder, behind a socket in it: no port, no password, and nothing of the system's own one. */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { endWithUs } from './ended-with-us.js';

/** Where Debian puts versions beside one another; elsewhere the programs are found by their names. */
const debianFolder = '/usr/lib/postgresql';

/** The folder of its programs, or why there is none. @returns {{ bin: string } | { skip: string }} */
export function findPostgres() {
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debianFolder, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  const bin = folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
  if (bin === undefined) return { skip: 'there is no PostgreSQL here (Debian: apt-get install postgresql)' };
  if (process.getuid?.() === 0 && userId('-u') === undefined)
    return { skip: 'PostgreSQL does not run as root, and there is no user postgres' };
  return { bin };
}

/** @param {{ bin: string, folder: string }} place `folder` does not exist yet. */
export async function startPostgres({ bin, folder }) {
  const owner = process.getuid?.() === 0 ? { uid: userId('-u'), gid: userId('-g') } : {};
  const options = { cwd: '/', stdio: 'ignore', ...owner };
  const data = join(folder, 'data');
  mkdirSync(folder, { mode: 0o700 });
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid);
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale', 'C'],
    options,
  );
  let process_ = await start();
  return {
    uri: `postgresql+psycopg2://postgres@/postgres?host=${encodeURIComponent(folder)}`,
    /** As if it had crashed: it writes nothing any more, and recovers when it is started again. */
    async crash() {
      process_.child.kill('SIGQUIT');
      await process_.gone;
    },
    async restart() {
      process_ = await start();
    },
    async stop() {
      process_.child.kill('SIGINT');
      const timer = setTimeout(process_.kill, 10_000);
      await process_.gone;
      clearTimeout(timer);
    },
  };

  async function start() {
    // Its defaults, as to durability, too: a commit is on the disk.
    const child = spawn(join(bin, 'postgres'), ['-D', data, '-k', folder, '-h', ''], options);
    const kill = endWithUs(child, { signal: 'SIGQUIT' });
    const gone = new Promise((resolve) => child.once('close', resolve));
    for (const since = Date.now(); Date.now() - since < 30_000; ) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended with code ${child.exitCode}.`);
      if (isReady()) return { child, kill, gone };
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('PostgreSQL did not start within 30 s.');
  }

  function isReady() {
    try {
      execFileSync(join(bin, 'pg_isready'), ['-q', '-h', folder], options);
      return true;
    } catch {
      return false;
    }
  }
}

/** The number of Debian's user, or of its group. */
function userId(flag) {
  try {
    return Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return undefined;
  }
}
