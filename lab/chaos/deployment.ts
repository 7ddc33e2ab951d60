import { setTimeout as pause } from 'node:timers/promises'
import type { Installation } from './installation'
import type { Campaign } from './rounds'

/** How long a server may take to end what runs, in milliseconds (main.ts). */
const DRAIN_MS = 25_000
const SHOPPERS = 8

/**
 * S10: each server is told to stop and started again, under load, behind a proxy that knows two of them. Not one purchase may fail: what
 * runs is finished, what comes later is turned away with 503 and goes to the other one.
 */
export async function deploy(installation: Installation, campaign: Campaign): Promise<string[]> {
  let over = false
  const failed: string[] = []
  const shop = async () => {
    while (!over)
      if (!(await campaign.buyThroughProxy()))
        failed.push('S10 a purchase failed while a server was being restarted')
  }
  const shoppers = Array.from({ length: SHOPPERS }, shop)
  const slow: string[] = []
  for (const server of installation.servers) {
    await pause(500)
    const ms = await server.restart()
    if (ms > DRAIN_MS) slow.push(`S10 a server took ${ms} ms to end what ran`)
    await server.ready()
  }
  await pause(500)
  over = true
  await Promise.all(shoppers)
  installation.happened('S10')
  return [...failed, ...slow]
}
