import { defineConfig } from '@playwright/test'
import { browserArgs, installedBrowser } from '@/setup/browser'

const browser = installedBrowser()

export default defineConfig({
  testDir: 'e2e',
  globalSetup: './src/setup/test-product.ts',
  // One at a time: tests stop the database and kill the server that all of them use.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
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
