import { defineConfig } from '@playwright/test'
import { browserArgs, installedBrowser } from '@/setup/test/browser'

const browser = installedBrowser()

export default defineConfig({
  testDir: 'e2e',
  globalSetup: './src/setup/test/product.ts',
  workers: 2,
  // Tests tagged @alone stop the database, kill the shared server, or check all data: they run one at a time, after the others.
  projects: [
    { name: 'calm', grepInvert: /@alone/, fullyParallel: true },
    { name: 'accidents', grep: /@alone/, workers: 1, dependencies: ['calm'] },
  ],
  // A browser on a busy machine may miss a moment once. Money is not judged by a second try: `verify.spec.ts` checks every
  // invariant at the end, over what all tries have left behind.
  retries: 1,
  timeout: 60_000,
  expect: {
    timeout: 10_000,
    // Tight for colours (a step of 13 in 255), wide for edges: versions of Chromium differ at the rims of letters, not in areas.
    toHaveScreenshot: { threshold: 0.05, maxDiffPixelRatio: 0.005 },
  },
  // One set of pictures for every machine: the fonts are bundled, and Chromium renders them without the system.
  snapshotPathTemplate: '{testDir}/screenshots/{arg}{ext}',
  reporter: 'list',
  use: {
    browserName: 'chromium',
    launchOptions: { args: browserArgs, ...(browser ? { executablePath: browser } : {}) },
    locale: 'en-GB',
    timezoneId: 'UTC',
    // Of the second try: to record all tests takes a quarter more of the processor.
    trace: 'on-first-retry',
    screenshot: 'only-on-failure',
  },
})
