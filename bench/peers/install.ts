import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { runCommand } from '@/setup/process/run-tool'

/** Exact versions, so that a run can be repeated. None of them is a dependency of the product. */
const PACKAGES = {
  '@aws-lambda-powertools/idempotency': '2.35.0',
  '@node-idempotency/core': '1.0.11',
  '@node-idempotency/storage-adapter-memory': '1.0.2',
  express: '5.3.0',
  'express-idempotency': '1.0.6',
}

/** Version of a peer, for the report. */
export const versionOf = (name: keyof typeof PACKAGES): string => PACKAGES[name]

/**
 * Installs the peers into a folder of their own.
 * @returns that folder's `require`; null when they could not be installed
 */
export async function installPeers(): Promise<NodeJS.Require | null> {
  const folder = path.join(os.homedir(), '.cache', 'payonce-bench-peers')
  const manifest = path.join(folder, 'package.json')
  const wanted = JSON.stringify({ private: true, dependencies: PACKAGES }, null, 2)
  const installed = path.join(folder, 'installed.json')
  if (!fs.existsSync(installed) || fs.readFileSync(installed, 'utf8') !== wanted) {
    fs.mkdirSync(folder, { recursive: true })
    fs.writeFileSync(manifest, wanted)
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder]
    const { ok } = await runCommand('npm', ['install', ...options], { timeoutMs: 180_000 })
    if (!ok) return null
    fs.writeFileSync(installed, wanted)
  }
  return createRequire(manifest)
}
