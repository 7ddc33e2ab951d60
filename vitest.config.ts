import os from 'node:os'
import path from 'node:path'
import { defineConfig } from 'vitest/config'

const alias = { '@': path.resolve(import.meta.dirname, 'src') }

export default defineConfig({
  resolve: { alias },
  test: {
    // Two even on two cores: most of a database test is waiting.
    maxWorkers: Math.max(2, os.availableParallelism() - 1),
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          environment: 'node',
          include: ['{src,lab,conform,bench}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.db.test.ts'],
          // 30 s: hundreds of generated cases, maybe on a machine that other programs share.
          testTimeout: 30_000,
        },
      },
      {
        resolve: { alias },
        // 60 s: a model test runs thousands of random steps against a real database, maybe on a busy machine.
        test: {
          name: 'db',
          environment: 'node',
          include: ['{src,lab,conform,bench}/**/*.db.test.ts'],
          globalSetup: 'src/setup/test/cluster.ts',
          // Rows of raw SQL are compared with their shapes.
          setupFiles: 'src/setup/test/check-rows.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
