import os from 'node:os'
import path from 'node:path'
import { defineConfig } from 'vitest/config'

const src = path.resolve(import.meta.dirname, 'src')
/** As in tsconfig.json: our packages by their entry points, all else by its file. */
const alias = [
  { find: /^@payonce\/(idempotency|sdk)$/, replacement: `${src}/$1/package/index.ts` },
  { find: /^@payonce\/idempotency\/(.+)$/, replacement: `${src}/idempotency/package/$1.ts` },
  { find: '@', replacement: src },
]

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
          // The files of a worker share its process and its modules: a new process for each takes longer than most files. So what a test changes
          // outside of its own objects (timers, variables, spies), it puts back.
          isolate: false,
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
          // As above: loading the server's modules takes more than most files' tests.
          isolate: false,
        },
      },
    ],
  },
})
