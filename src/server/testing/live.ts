import type { Gateway, Outcome } from '@/payments/gateway'
import { type Env, readEnv } from '@/platform/env'
import { GATEWAYS } from '@/platform/gateways'

/** A bank of live mode, for tests: approves everything, and keeps what it was asked. */
export function liveBank(): Gateway & { asked: string[] } {
  const asked: string[] = []
  const note = (what: string, key: string) => void asked.push(`${what} ${key}`)
  return {
    asked,
    name: 'test-bank',
    mode: 'live',
    settlesWithinMs: 0,
    remembersForMs: Number.POSITIVE_INFINITY,
    charge: async ({ key, amountMinor, currency }): Promise<Outcome> => {
      note('charge', key)
      return {
        kind: 'approved',
        ref: `ch_${key}`,
        amountMinor,
        currency,
        feeMinor: 0n,
        cardLabel: 'Visa •••• 1881',
      }
    },
    find: async (key) => {
      note('find', key)
      return { kind: 'absent' }
    },
    cancel: async ({ key }) => {
      note('cancel', key)
      return { kind: 'cancelled' }
    },
    refund: async ({ key }) => {
      note('refund', key)
      return { kind: 'refunded', ref: `re_${key}` }
    },
    movements: async () => ({ kind: 'unlisted' }),
    dispute: async () => ({ kind: 'absent' }),
    charges: async () => ({ kind: 'page', charges: [], next: null }),
  }
}

/** The environment of live mode with `liveBank`, on a test database: only its missing TLS is overlooked. */
export function readLiveEnv(settings: Record<string, string | undefined>): Env {
  const gateways = { ...GATEWAYS, 'test-bank': { modes: ['live'] as const } }
  const env = readEnv(
    {
      ...settings,
      PAYONCE_MODE: 'live',
      PAYONCE_GATEWAY: 'test-bank',
      PAYONCE_SECRET: 'bA7Jq1xkO4mZp9sVw2yTf6rCe8gHd3nUiL5oXt0RzKY',
      PAYONCE_BASE_URL: 'https://pay.example',
      DATABASE_URL: 'postgresql://db.example/payonce?sslmode=verify-full',
    },
    gateways,
  )
  return { ...env, DATABASE_URL: settings.DATABASE_URL ?? '' }
}
