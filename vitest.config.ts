import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { standardDecorators } from './spec/support/standard-decorators.js';

const alias = {
  'traced-agents': fileURLToPath(new URL('./lib/index.ts', import.meta.url)),
};

export default defineConfig({
  test: {
    coverage: {
      provider: 'v8',
      include: ['lib/**'],
      exclude: ['lib/auto.ts'],
      thresholds: {
        statements: 95,
        branches: 95,
        functions: 95,
        lines: 95,
      },
    },
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'legacy',
          include: ['spec/**/*.spec.ts'],
          exclude: ['spec/decorators/standard-only/**'],
          testTimeout: 30_000,
          typecheck: { enabled: false },
        },
      },
      {
        resolve: { alias },
        plugins: [standardDecorators()],
        test: {
          name: 'standard',
          include: ['spec/decorators/**/*.spec.ts'],
          exclude: ['spec/decorators/legacy-only/**'],
          testTimeout: 30_000,
        },
      },
    ],
  },
});
