import { defineConfig } from '@playwright/test'
import { browserArgs, installedBrowser } from '@/setup/test/browser'

const browser = installedBrowser()

export default defineConfig({
  testDir: 'e2e',
  globalSetup: './src/setup/test/product.ts',
  workers: 2,
  // Tests tagged @alone stop the database, kill the server that all of them use, or look at everything: one at a time, after the others.
  projects: [
    { name: 'calm', grepInvert: /@alone/, fullyParallel: true },
    { name: 'accidents', grep: /@alone/, workers: 1, dependencies: ['calm'] },
  ],
  timeout: 60_000,
  expect: {
    timeout: 10_000,
    // Tight for a colour (a step of 13 in 255), wide for edges: another Chromium draws the rim of a letter otherwise, not its ground.
    toHaveScreenshot: { threshold: 0.05, maxDiffPixelRatio: 0.005 },
  },
  // One set for every machine: the fonts are ours, and Chromium draws them by itself.
  snapshotPathTemplate: '{testDir}/screenshots/{arg}{ext}',
  reporter: 'list',
  use: {
    browserName: 'chromium',
    launchOptions: { args: browserArgs, ...(browser ? { executablePath: browser } : {}) },
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
})
