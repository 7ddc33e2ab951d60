import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { CampaignResult, CampaignTally } from './run'

/**
 * Runs the bundled simulation in a process of its own. @param progress called with each line that it prints, the last one being its result
 * @throws Error when it ends without one
 */
export function campaign(
  bundle: string,
  options: { seed: number; seconds: number; payments?: number; plans?: number; path?: string | undefined },
  progress: (tally: CampaignTally) => void = () => undefined,
): Promise<CampaignResult> {
  const args = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}=${value}`],
  )
  const child = spawn(process.execPath, ['--enable-source-maps', bundle, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let last: CampaignTally | CampaignResult | null = null
  const lines = createInterface(child.stdout).on('line', (line) => {
    last = JSON.parse(line) as CampaignTally
    progress(last)
  })
  const read = once(lines, 'close')
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', async (code) => {
      await read
      if (last && 'failure' in last) resolve(last)
      else reject(new Error(`The simulation ended without a result (exit code ${code}).`))
    })
  })
}
