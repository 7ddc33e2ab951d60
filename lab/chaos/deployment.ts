import { setTimeout as pause } from 'node:timers/promises'
import type { Installation } from './installation'
import type { Campaign } from './rounds'

/** The longest that a server may take to finish its running requests (`src/server/main.ts`). */
const DRAIN_MS = 25_000
const SHOPPERS = 8

/**
 * S10: restarts each of two servers behind a proxy, under load. No purchase may fail: running requests are finished, later ones
 * get 503 there and go to the other server. @returns everything that went wrong
 */
export async function deploy(installation: Installation, campaign: Campaign): Promise<string[]> {
  let over = false
  const failed: string[] = []
  const buyUntilOver = async () => {
    while (!over)
      if (!(await campaign.buyThroughProxy()))
        failed.push('S10 a purchase failed while a server was being restarted')
  }
  const shoppers = Array.from({ length: SHOPPERS }, buyUntilOver)
  const slow: string[] = []
  for (const server of installation.servers) {
    await pause(500)
    const ms = await server.restart()
    if (ms > DRAIN_MS) slow.push(`S10 a server took ${ms} ms to finish its running requests`)
    await server.ready()
  }
  await pause(500)
  over = true
  await Promise.all(shoppers)
  installation.happened('S10')
  return [...failed, ...slow]
}
