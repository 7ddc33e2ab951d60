import fs from 'node:fs'
import { chromium } from '@playwright/test'
import { childEnv } from '@/platform/env'
import { print } from '../process/console'
import { runCommand, runTool } from '../process/run-tool'

/** Where a Chromium is: Playwright's own, else one that the machine has. */
export function installedBrowser(): string | null {
  return [chromium.executablePath(), ...onPath(), ...onMac].find((file) => fs.existsSync(file)) ?? null
}

/** Gets one when there is none. */
export async function ensureBrowser(): Promise<string> {
  for (const get of [async () => undefined, fromPlaywright, fromDebian]) {
    await get()
    const browser = installedBrowser()
    if (browser) return browser
  }
  throw new Error(
    'The browser tests need a Chromium and none could be installed. Install one:  npx playwright install chromium  or  apt-get install chromium',
  )
}

/** As root, Chromium has no sandbox. The rest keeps it from calling home and from doing what no test asked for. */
export const browserArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A name that leads to this machine, and that no browser takes for safe, as it takes `localhost`.
  '--host-resolver-rules=MAP shop.test 127.0.0.1',
]

const onMac = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

function onPath(): string[] {
  const folders = (childEnv().PATH ?? '').split(':')
  return ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].flatMap((name) =>
    folders.map((folder) => `${folder}/${name}`),
  )
}

async function fromPlaywright(): Promise<void> {
  print('  no Chromium on this machine: asking Playwright for one')
  // 10 s: a network that does not let it through would otherwise be tried for minutes.
  await runTool('playwright', ['install', 'chromium'], {
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' },
  })
}

async function fromDebian(): Promise<void> {
  if (process.getuid?.() !== 0 || !fs.existsSync('/usr/bin/apt-get')) return
  print("  installing Debian's Chromium")
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await runCommand('/usr/bin/apt-get', ['update'], { env, timeoutMs: 120_000 })
  await runCommand('/usr/bin/apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], {
    env,
    timeoutMs: 600_000,
  })
}
