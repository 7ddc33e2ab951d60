import fs from 'node:fs'
import { chromium } from '@playwright/test'
import { childEnv } from '@/platform/env'
import { print } from '../process/console'
import { runCommand, runTool } from '../process/run-tool'

/**
 * The path of a Chromium: Playwright's own, else one of the machine; null when there is none. Without a screen to draw on, the shell of the same engine needs
 * a quarter less of the processor for the same tests, so it comes first.
 */
export function installedBrowser(): string | null {
  return firstOf([chromium.executablePath(), ...onPath([SHELL]), ...whole()])
}

/** The path of a whole Chromium: the shell keeps no page that one may come back to. */
export function browserWithPageCache(): string | null {
  return firstOf([chromium.executablePath(), ...whole()])
}

const firstOf = (files: string[]): string | null => files.find((file) => fs.existsSync(file)) ?? null

/** Installs a Chromium where there is none. @returns its path @throws Error when none could be installed */
export async function ensureBrowser(): Promise<string> {
  for (const get of [async () => undefined, fromPlaywright, fromDebian]) {
    await get()
    const browser = browserWithPageCache() && installedBrowser()
    if (browser) return browser
  }
  throw new Error(
    'The browser tests need Chromium, and installing it failed. Install it by hand:  npx playwright install chromium  or  apt-get install chromium',
  )
}

/** Chromium has no sandbox under root. The other flags turn off its network traffic and background work, which tests do not want. */
export const browserArgs = [
  '--no-sandbox',
  '--disable-gpu',
  // The shell draws letters as the browser does on a machine without settings of its own: the pictures are the same.
  '--font-render-hinting=slight',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A name for this machine that is no secure context to the browser, as `localhost` is.
  '--host-resolver-rules=MAP shop.test 127.0.0.1',
]

const onMac = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

const SHELL = 'chromium-headless-shell'

const whole = (): string[] => [
  ...onPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']),
  ...onMac,
]

function onPath(names: string[]): string[] {
  const folders = (childEnv().PATH ?? '').split(':')
  return names.flatMap((name) => folders.map((folder) => `${folder}/${name}`))
}

async function fromPlaywright(): Promise<void> {
  print("  no Chromium on this machine: installing Playwright's")
  // 10 s: a blocked network would otherwise be retried for minutes.
  await runTool('playwright', ['install', 'chromium'], {
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' },
  })
}

async function fromDebian(): Promise<void> {
  if (process.getuid?.() !== 0 || !fs.existsSync('/usr/bin/apt-get')) return
  print("  installing Debian's Chromium")
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const install = (name: string) =>
    runCommand('/usr/bin/apt-get', ['install', '-y', '--no-install-recommends', name], {
      env,
      timeoutMs: 600_000,
    })
  await runCommand('/usr/bin/apt-get', ['update'], { env, timeoutMs: 120_000 })
  await install('chromium')
  // Debian before 12 has no such package.
  await install(SHELL)
}
