import { setTimeout } from 'node:timers/promises'
import { uuidv7 } from '@/lib/id'
import { readEnv } from '@/platform/env'
import { buildCore, type Core } from './core'
import { whenToldToStop } from './stop'

/** Records that one round settles at most. 20: they are settled side by side, within the pool. */
const BATCH = 20

/** The worker process: finishes by itself what a crash or a silent bank left in doubt. Any number of them may run. */
async function main(): Promise<void> {
  const deps = buildCore(readEnv(), 'worker')
  const stopping = new AbortController()
  whenToldToStop(() => stopping.abort())
  deps.log.debug('worker is ready')
  process.send?.({ type: 'ready' })
  while (!stopping.signal.aborted) {
    const found = await settleOverdue(deps)
    if (found < BATCH) await pause(deps.env.PAYONCE_COMPLETER_MS, stopping.signal)
  }
  await deps.engine.idle()
  await deps.close()
  process.exit(0)
}

/** One round. A database that is away is met again in the next round. */
async function settleOverdue({ engine, pay, log }: Core): Promise<number> {
  try {
    return await engine.recover(pay, BATCH, uuidv7())
  } catch (error) {
    log.warn({ err: error }, 'the resolver could not look for records in doubt')
    return 0
  }
}

/** Waits, but not past the moment we are told to stop. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { signal }).catch(() => undefined)
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
