import type { Mode } from '@/lib/mode'
import type { StripeCalls } from '../calls'
import type { StripeConnection } from '../connection'

/** An account at Stripe whose events are received. */
export interface InboxAccount {
  /** Our name of it, the last part of the address that Stripe sends to: letters, digits, `-` and `_`, at most 64. */
  name: string
  /** The merchant whose account it is. Null: the installation's, for each merchant without one of their own. */
  merchantId: string | null
  /** The mode of its key: events of the other mode are refused. */
  mode: Mode
  /** Stripe's own id of it (`acct_…`); null where it is not known. Events of another account are refused. */
  stripeId: string | null
  /** Signing secrets (`whsec_…`) of the endpoint: more than one while a secret is being replaced. */
  secrets: readonly string[]
  calls: StripeCalls
}

/** The accounts that this installation serves. */
export interface InboxAccounts {
  /** Null: there is no account of this name. */
  find(name: string): Promise<InboxAccount | null>
  all(): Promise<readonly InboxAccount[]>
}

/** Accounts that are known at the start, as from the environment. */
export function fixedAccounts(accounts: readonly InboxAccount[]): InboxAccounts {
  return {
    find: async (name) => accounts.find((account) => account.name === name) ?? null,
    all: async () => accounts,
  }
}

/** The accounts that this installation charges with; null where it charges at another gateway. */
export function connectedAccounts(connections: readonly StripeConnection[]): InboxAccounts | null {
  if (connections.length === 0) return null
  return fixedAccounts(
    connections.map(({ name, mode, calls, webhookSecrets: secrets }) => ({
      name,
      merchantId: null,
      mode,
      stripeId: null,
      secrets,
      calls,
    })),
  )
}
