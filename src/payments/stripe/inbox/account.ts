import type { Mode } from '@/lib/mode'
import type { StripeCalls } from '../calls'

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
