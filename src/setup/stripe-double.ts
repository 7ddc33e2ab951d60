import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { passOn, readSetupEnv } from '@/platform/env'
import { forkTypeScript } from './process/fork-typescript'
import { freePort } from './process/port'
import { inRoot } from './process/project-root'

/** Stripe's double beside a product, for trials and tests. */
export interface DoubleProcess {
  /** Rejects when it has ended by itself: what it knew of the payments is gone with it. */
  failed: Promise<never>
  /** Has it send its events, signed, to a product. @param url of the product */
  sendEventsTo(url: string): void
  stop(): void
}

/** Keys that only the double takes. */
const KEYS = {
  secret: 'sk_test_double',
  webhook: 'whsec_a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4',
}

/**
 * Sets the environment of a product on the double, before it is checked as any other is. A key that the caller has set stays, so that a live
 * key is refused and not overlooked. The double keeps its account in memory, so the product gets a folder of its own, which begins empty.
 * @throws Error where the product would keep payments that the double forgets
 */
export async function prepareStripeDouble(): Promise<{ port: number }> {
  const given = readSetupEnv()
  const { PAYONCE_DATA_DIR, DATABASE_URL, PAYONCE_OWNER_DATABASE_URL } = given
  if (DATABASE_URL || PAYONCE_OWNER_DATABASE_URL)
    throw new Error(
      '--stripe-double brings its own database: the double forgets its payments when it stops. Take DATABASE_URL away',
    )
  const port = await freePort()
  passOn({
    STRIPE_SECRET_KEY: given.STRIPE_SECRET_KEY ?? KEYS.secret,
    STRIPE_WEBHOOK_SECRET: given.STRIPE_WEBHOOK_SECRET ?? KEYS.webhook,
    PAYONCE_GATEWAY: 'stripe',
    PAYONCE_STRIPE_URL: `http://127.0.0.1:${port}`,
    PAYONCE_DATA_DIR: path.join(PAYONCE_DATA_DIR, 'stripe-double'),
  })
  return { port }
}

/** Takes away what an earlier double's product has left. @param dataDir claimed, so that nobody works on it */
export function emptyDataOfDouble(dataDir: string): void {
  for (const name of fs.readdirSync(dataDir))
    if (name !== 'running.json') fs.rmSync(path.join(dataDir, name), { recursive: true, force: true })
}

/** Starts it. Resolves once it answers. */
export async function startStripeDouble({ port }: { port: number }): Promise<DoubleProcess> {
  const file = inRoot('lab/stripe-double/main.ts')
  if (!fs.existsSync(file))
    throw new Error('Stripe’s double is not here: it is part of the sources, not of the product')
  // A process group of its own: Ctrl-C reaches the supervisor alone, which stops it after the product.
  const child = forkTypeScript(file, ['--port', String(port)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const failed = once(child, 'exit').then(() => {
    throw new Error('Stripe’s double has ended, and forgot its payments')
  })
  failed.catch(() => undefined)
  await Promise.race([once(child, 'message'), failed])
  return {
    failed,
    sendEventsTo: (url) => {
      const secret = readSetupEnv().STRIPE_WEBHOOK_SECRET
      child.send({ sendEventsTo: { to: `${url}/api/webhooks/stripe/main`, secret } })
    },
    stop: () => void child.kill('SIGTERM'),
  }
}
