import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A folder of a user who has installed the package that `npm publish` would send. */
export interface PackedPackage {
  /** The user's folder; it holds `node_modules`. */
  readonly folder: string;
  /** Paths in the package, sorted. */
  readonly files: readonly string[];
  /** Writes a file into the user's folder and returns its path. */
  write(name: string, text: string): string;
  /** Runs Node in the user's folder and returns what it printed. Throws, with what it complained of, if it fails. */
  run(args: readonly string[], environment?: Readonly<Record<string, string>>): string;
  remove(): void;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const manifest: { dependencies: object; peerDependencies: object } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);

/** What is installed beside the package. */
export const installed: readonly string[] = [
  ...Object.keys(manifest.dependencies),
  ...Object.keys(manifest.peerDependencies),
];

/**
 * Packs `dist/` as it is and installs it. The dependencies are links to those of this project, so that no registry is asked.
 *
 * @throws {Error} if nothing is built.
 */
export function packPackage(): PackedPackage {
  if (!existsSync(join(root, 'dist/index.js')))
    throw new Error('There is no dist/index.js to pack. Run `npm run build`.');
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'traced-agents-')));
  const [packed] = pack(folder);
  install(folder, packed.filename);
  return {
    folder,
    files: packed.files.map((file) => file.path).sort(),
    write(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    run: (args, environment = {}) => runNode(folder, args, environment),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Where a dependency of the package is installed in this project. */
export function folderOf(name: string): string {
  return join(root, 'node_modules', name);
}

function pack(folder: string): [{ filename: string; files: { path: string }[] }] {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  return JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}

function install(folder: string, archive: string): void {
  const target = join(folder, 'node_modules/traced-agents');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, archive), '-C', target, '--strip-components=1']);
  for (const name of installed) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(folderOf(name), link, 'junction');
  }
}

function runNode(cwd: string, args: readonly string[], environment: Readonly<Record<string, string>>): string {
  // Nothing of this test run: no coverage, no flags, no settings of ours.
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    env: { PATH, ...environment },
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}
