import { Callers } from '@/access/callers'
import { type Auth, createAuth } from '@/access/operator'
import { OrderOwners } from '@/checkout/order'
import type { Gateway } from '@/payments/gateway'
import { type Env, modeServed, readEnv, type Secrets, secretsFor } from '@/platform/env'
import { Admission } from './admission/admission'
import { buildCore, type Core } from './core'

/** The parts of the web process, built in one place. Nothing else constructs a client, a pool or an engine. */
export interface Deps extends Core {
  owners: OrderOwners
  admission: Admission
  auth: Auth
  shopperSecrets: Secrets
  receiptSecrets: Secrets
}

const KEY = Symbol.for('payonce.deps')

/** One set per process. On globalThis, since Next bundles its own copy of this module. */
export function getDeps(): Deps {
  const holder = globalThis as { [KEY]?: Deps }
  holder[KEY] ??= buildDeps(readEnv())
  return holder[KEY]
}

/** @param otherGateway see `buildCore` */
export function buildDeps(env: Env, otherGateway?: Gateway): Deps {
  const core = buildCore(env, 'web', otherGateway)
  const callers = new Callers({ db: core.db, mode: modeServed(env) })
  const [secret, previousSecret] = secretsFor(env, 'operator-session')
  return {
    ...core,
    admission: new Admission({ callers, pool: core.pool, perMinute: env.PAYONCE_RATE_PER_MINUTE }),
    close: async () => {
      await callers.flush().catch(() => undefined)
      await core.close()
    },
    owners: new OrderOwners(core.db),
    auth: createAuth({ db: core.db, secret, previousSecret, baseUrl: env.baseUrl }),
    shopperSecrets: secretsFor(env, 'shopper-cookie'),
    receiptSecrets: secretsFor(env, 'receipt-code'),
  }
}
