import { spawn } from 'node:child_process'
import type { CampaignResult } from './run'

/** Runs the bundled simulation in a process of its own. @returns its result @throws Error when it ends without one */
export function campaign(
  bundle: string,
  options: { seed: number; seconds: number; payments?: number; path?: string | undefined },
): Promise<CampaignResult> {
  const args = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}=${value}`],
  )
  const child = spawn(process.execPath, ['--enable-source-maps', bundle, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      const line = output.trim().split('\n').at(-1) ?? ''
      if (line.startsWith('{')) resolve(JSON.parse(line) as CampaignResult)
      else reject(new Error(`The simulation ended without a result (exit code ${code}).`))
    })
  })
}
