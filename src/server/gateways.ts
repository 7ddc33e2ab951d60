import type pg from 'pg'
import type { Gateway } from '@/payments/gateway'
import { SimulatedBank } from '@/payments/simulator/bank'
import { httpChallenges, httpGateway } from '@/payments/simulator/client'
import { simulatorGateway } from '@/payments/simulator/gateway'
import { accountOf, type StripeConnection } from '@/payments/stripe/connection'
import { stripeGateway } from '@/payments/stripe/gateway'
import { intentStore } from '@/payments/stripe/intents'
import type { Db } from '@/platform/db'
import { type Env, stripeOf } from '@/platform/env'
import { openBankPool } from './bank-pool'

/** The simulated bank, beside its gateway. Neither live mode nor Stripe has one. */
export interface Sandbox {
  bank: SimulatedBank
  /** Takes a shopper's answer to the bank's challenge. */
  challenges: { answerChallenge(challengeId: string, passed: boolean): Promise<unknown> }
}

export interface OpenGateway {
  gateway: Gateway
  /** Null: no simulated bank was built, and nothing that needs one is routed. */
  sandbox: Sandbox | null
  /** The simulated bank's connections, where it runs inside this process. */
  bankPool: pg.Pool | null
  /** The accounts at Stripe that this installation serves; empty where another gateway charges. */
  stripe: readonly StripeConnection[]
  close(): Promise<void>
}

/** Constructors by the name in PAYONCE_GATEWAY; `platform/gateways.ts` says which modes each may serve. A real bank joins here. */
const CONSTRUCTORS: Record<string, (env: Env, db: Db) => OpenGateway> = {
  simulator: openSimulator,
  stripe: openStripe,
}

/**
 * The gateway of this process.
 * @param other replaces the one that PAYONCE_GATEWAY names; in the sandbox the simulated bank is built beside it
 * @throws Error when its mode is not the installation's: a gateway that moves no money must not answer for one that does, nor the reverse
 */
export function openGateway(env: Env, db: Db, other?: Gateway): OpenGateway {
  const opened = env.PAYONCE_MODE === 'live' && other ? withoutSandbox(other) : namedGateway(env, db, other)
  const { name, mode } = opened.gateway
  if ((mode === 'live') === (env.PAYONCE_MODE === 'live')) return opened
  throw new Error(
    `PAYONCE_GATEWAY: "${name}" is a gateway for ${mode} payments, and PAYONCE_MODE=${env.PAYONCE_MODE}`,
  )
}

function withoutSandbox(gateway: Gateway): OpenGateway {
  return { gateway, sandbox: null, bankPool: null, stripe: [], close: async () => undefined }
}

function namedGateway(env: Env, db: Db, other: Gateway | undefined): OpenGateway {
  const open = Object.hasOwn(CONSTRUCTORS, env.PAYONCE_GATEWAY)
    ? CONSTRUCTORS[env.PAYONCE_GATEWAY]
    : undefined
  if (!open) throw new Error(`PAYONCE_GATEWAY: there is no gateway "${env.PAYONCE_GATEWAY}"`)
  const opened = open(env, db)
  return other ? { ...opened, gateway: other } : opened
}

function openSimulator(env: Env): OpenGateway {
  // Before the pool: in live mode not even a connection of the bank's role exists.
  if (env.PAYONCE_MODE === 'live')
    throw new Error('PAYONCE_GATEWAY: the simulated bank never serves live mode')
  const pool = openBankPool(env)
  const bank = new SimulatedBank(pool)
  const timeoutMs = env.PAYONCE_GATEWAY_TIMEOUT_MS
  const remote = env.PAYONCE_BANK_URL ? { url: env.PAYONCE_BANK_URL, timeoutMs } : null
  return {
    gateway: remote ? httpGateway(remote) : simulatorGateway({ bank, timeoutMs }),
    sandbox: { bank, challenges: remote ? httpChallenges(remote) : bank },
    bankPool: remote ? null : pool,
    stripe: [],
    close: () => pool.end(),
  }
}

function openStripe(env: Env, db: Db): OpenGateway {
  const settings = stripeOf(env)
  if (!settings) throw new Error('STRIPE_SECRET_KEY: no account at Stripe is named')
  const account = accountOf(settings)
  const timeoutMs = env.PAYONCE_GATEWAY_TIMEOUT_MS
  const { calls, mode } = account
  return {
    ...withoutSandbox(stripeGateway({ intents: intentStore(db), calls, mode, timeoutMs })),
    stripe: [account],
  }
}
