import type { Mode } from '@/lib/mode'
import { StripeCalls } from './calls'

/** An account at Stripe as the product uses it. */
export interface StripeConnection {
  /** Our name of it, as in the address of its webhooks. The account of the environment is `main`. */
  name: string
  /** The mode of its keys. */
  mode: Mode
  /** All requests to it go through these, and share the limits of the account. */
  calls: StripeCalls
  /** The key that browsers get. Null: only on a double; cards are then typed into our own form of test cards. */
  publishableKey: string | null
  /** Signing secrets of its webhooks: an event may be signed with any of them. */
  webhookSecrets: readonly [current: string, ...previous: string[]]
}

/** What is known of an account before it is used. */
export interface AccountSettings {
  /** Our name of it; `main` unless it is said. */
  name?: string
  secretKey: string
  publishableKey: string | null
  webhookSecrets: StripeConnection['webhookSecrets']
  /** A double's; null: Stripe itself. */
  url: URL | null
}

/** An account by its settings: the environment's, or one of a merchant. @throws Error for a live key with another address than Stripe's */
export function accountOf({ name = 'main', secretKey, url, ...account }: AccountSettings): StripeConnection {
  return {
    name,
    mode: /^[sr]k_live_/.test(secretKey) ? 'live' : 'test',
    calls: new StripeCalls({ secretKey, ...(url ? { address: addressOf(url) } : {}) }),
    publishableKey: account.publishableKey,
    webhookSecrets: account.webhookSecrets,
  }
}

function addressOf({ hostname, port, protocol }: URL) {
  const https = protocol === 'https:'
  return {
    host: hostname,
    port: port === '' ? (https ? 443 : 80) : Number(port),
    protocol: https ? ('https' as const) : ('http' as const),
  }
}
