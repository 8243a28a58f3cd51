import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { standardDecorators } from './spec/support/standard-decorators.js';

// Specs come through the front door by its name, and share one copy of the sources with those that test a private rule.
const resolve = {
  alias: [
    { find: /^traced-agents$/, replacement: source('lib/index.ts') },
    { find: /^traced-agents\/auto$/, replacement: source('lib/auto.ts') },
  ],
};

const common = {
  // Ends what hangs. Servers, browsers and child processes on a busy machine take their time.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  execArgv: ['--expose-gc'],
  env: {
    // Programs under test leave nothing in the home folder, and find nothing of others there.
    TRACED_AGENTS_SPOOL_DIR: join(tmpdir(), `traced-agents-spool-${process.pid}`),
    // Nor do they give up what a busy machine takes long for, unless a spec is about that.
    TRACED_AGENTS_SHUTDOWN_TIMEOUT_MS: '60000',
  },
};

export default defineConfig({
  test: {
    // Prepared for `npm test` and the gate; a single spec by `npx vitest run` takes what it finds.
    globalSetup: isWholeRun() ? ['spec/support/prepare-python.ts', 'spec/support/prepare-chromium.ts'] : [],
    // Much of the time is spent waiting for servers and child processes: two files at a time pay on two cores, too.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    coverage: {
      provider: 'v8',
      include: ['lib/**/*.ts'],
      // The gate shows what failed alone: the lines without a spec, then, by file.
      reporter: [['text', { skipFull: true, maxCols: 140 }], 'html'],
      thresholds: {
        statements: 95,
        branches: 95,
        functions: 95,
        lines: 95,
        'lib/{entities,exporters}/**': { 100: true },
      },
    },
    projects: [
      {
        resolve,
        test: {
          ...common,
          name: 'legacy',
          include: ['spec/**/*.spec.ts'],
          exclude: ['spec/decorators/standard-only/**'],
          // The flag of the command line does not reach projects by itself.
          typecheck: {
            enabled: process.argv.includes('--typecheck'),
            include: ['spec/types/**/*.spec-d.ts'],
            tsconfig: './tsconfig.json',
          },
        },
      },
      {
        resolve,
        plugins: [standardDecorators()],
        test: {
          ...common,
          name: 'standard',
          include: ['spec/decorators/**/*.spec.ts'],
          exclude: ['spec/decorators/legacy-only/**'],
        },
      },
    ],
  },
});

function source(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

function isWholeRun(): boolean {
  return ['test', 'check:specs'].includes(process.env['npm_lifecycle_event'] ?? '');
}
