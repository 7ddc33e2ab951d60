import type { Mode } from '@/lib/mode'
import type { Db } from '@/platform/db'
import type { AccountGateways } from '../account-gateways'
import type { Doubt, Gateway } from '../gateway'
import { type AccountRow, gatewayNameOf, readAccounts, type SecretColumn, secretOwner } from './account-store'
import { doubt } from './calls'
import { accountOf, type StripeConnection } from './connection'
import { stripeGateway } from './gateway'
import type { InboxAccount, InboxAccounts } from './inbox/account'
import { intentStore } from './intents'

export interface StripeAccountsDeps {
  db: Db
  /** Reads a secret; null when no key of ours encrypted it for this owner. */
  decrypt: (encrypted: string, owner: string) => string | null
  /** The installation's mode: an account of the other is never used. */
  mode: Mode
  /** A double's; null: Stripe itself. */
  url: URL | null
  /** Time for all requests of one verb together, in milliseconds. */
  timeoutMs: number
  /** Gives the gateway of an account to be used in its place, which may note its calls. */
  watch?: (gateway: Gateway) => Gateway
  /** The accounts of the environment, whose events are received too. */
  fromEnv: readonly StripeConnection[]
  /** An account that cannot be used: a person must look. Once for each version of it. */
  onUnusable: (account: { merchantId: string; name: string }, reason: string) => void
  /** A clock in ms that never goes back. */
  now?: () => number
}

/** An account of a merchant as this process uses it. */
interface OwnAccount {
  row: AccountRow
  /** Null: it cannot be used, and why is reported. */
  used: { connection: StripeConnection; gateway: Gateway } | null
}

/** 10 s: a key that was rolled is used that soon. */
const FRESH_MS = 10_000
/** 1 s between two looks for an account that we do not know: its payment, or its event, may be younger than our copy. */
const MISS_MS = 1_000

/**
 * The accounts at Stripe of merchants, from the table, and those of the environment. Read again every ten seconds; an account that has not changed
 * keeps its connection, with the limits on its requests.
 */
export class StripeAccounts implements AccountGateways, InboxAccounts {
  private known = new Map<string, OwnAccount>()
  private readAt = Number.NEGATIVE_INFINITY
  private reading: Promise<void> | null = null
  private readonly now: () => number

  constructor(private readonly deps: StripeAccountsDeps) {
    this.now = deps.now ?? (() => performance.now())
  }

  async gatewayOf(name: string): Promise<Gateway | Doubt> {
    try {
      const own = await this.own(name)
      if (!own) return doubt('there is no such account')
      return own.used?.gateway ?? doubt('the account cannot be used: the log says why')
    } catch (error) {
      return doubt(`the account could not be read: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  async find(name: string): Promise<InboxAccount | null> {
    const [named] = this.deps.fromEnv.filter((account) => account.name === name)
    if (named) return inboxAccount(named, null)
    const own = await this.own(name)
    return own?.used ? inboxAccount(own.used.connection, own.row) : null
  }

  async all(): Promise<readonly InboxAccount[]> {
    await this.refresh(FRESH_MS)
    const own = this.usable().map(({ row, used }) => inboxAccount(used.connection, row))
    return [...this.deps.fromEnv.map((account) => inboxAccount(account, null)), ...own]
  }

  /** The gateways of merchants' accounts, the retired ones too: refunds and disputes of their payments come for months. */
  async gateways(): Promise<{ account: string; merchantId: string; gateway: Gateway }[]> {
    await this.refresh(FRESH_MS)
    return this.usable().map(({ row: { name: account, merchantId }, used: { gateway } }) => ({
      account,
      merchantId,
      gateway,
    }))
  }

  /** The account at which a merchant's next payment is begun; null: the installation's. */
  async currentOf(merchantId: string): Promise<{ publishableKey: string | null } | null> {
    await this.refresh(FRESH_MS)
    const current = [...this.known.values()].find(({ row }) => row.merchantId === merchantId && !row.retired)
    return current ? { publishableKey: current.row.publishableKey } : null
  }

  /** Whether any checkout shows Stripe's card fields, as far as this process has read. */
  showsCardFields(): boolean {
    const keys = [...this.known.values()].map(({ row }) => row.publishableKey)
    return [...keys, ...this.deps.fromEnv.map(({ publishableKey }) => publishableKey)].some(
      (key) => key !== null,
    )
  }

  private usable() {
    return [...this.known.values()].flatMap(({ row, used }) => (used ? [{ row, used }] : []))
  }

  private async own(name: string): Promise<OwnAccount | undefined> {
    await this.refresh(FRESH_MS)
    if (!this.known.has(name)) await this.refresh(MISS_MS)
    return this.known.get(name)
  }

  /** Reads the table, unless it was read within that time. One read at a time. */
  async refresh(withinMs: number): Promise<void> {
    if (this.now() - this.readAt < withinMs) return
    this.reading ??= this.read().finally(() => {
      this.reading = null
    })
    await this.reading
  }

  private async read(): Promise<void> {
    const at = this.now()
    const rows = await readAccounts(this.deps.db)
    this.known = new Map(
      rows.map((row) => {
        const before = this.known.get(row.name)
        return [row.name, before?.row.version === row.version ? before : this.opened(row)]
      }),
    )
    this.readAt = at
  }

  private opened(row: AccountRow): OwnAccount {
    try {
      return { row, used: this.connected(row) }
    } catch (error) {
      // Of our own making: no message here repeats a secret.
      this.deps.onUnusable(row, error instanceof Error ? error.message : String(error))
      return { row, used: null }
    }
  }

  private connected(row: AccountRow) {
    const { db, mode, url, timeoutMs } = this.deps
    if (row.mode !== mode) throw new Error(`it is one for ${row.mode} payments`)
    const previous = row.webhookSecretPrevious
    const connection = accountOf({
      name: row.name,
      secretKey: this.secret(row, 'secret_key', row.secretKey),
      publishableKey: row.publishableKey,
      webhookSecrets: [
        this.secret(row, 'webhook_secret', row.webhookSecret),
        ...(previous === null ? [] : [this.secret(row, 'webhook_secret_previous', previous)]),
      ],
      url,
    })
    if (connection.mode !== mode) throw new Error('its key is one of the other mode')
    // What happened in the account before it was ours is no business of these books.
    const intents = { ...intentStore(db), firstAt: async () => row.createdAt }
    const gateway = stripeGateway({
      name: gatewayNameOf(row.name),
      intents,
      calls: connection.calls,
      mode,
      timeoutMs,
    })
    return { connection, gateway: this.deps.watch?.(gateway) ?? gateway }
  }

  private secret(row: AccountRow, column: SecretColumn, encrypted: string): string {
    const text = this.deps.decrypt(encrypted, secretOwner(row, column))
    if (text === null)
      throw new Error(
        `its ${column} was encrypted under another PAYONCE_SECRET, or changed: set the account again`,
      )
    return text
  }
}

function inboxAccount(
  { name, mode, calls, webhookSecrets }: StripeConnection,
  row: AccountRow | null,
): InboxAccount {
  return {
    name,
    merchantId: row?.merchantId ?? null,
    mode,
    stripeId: row?.accountId ?? null,
    secrets: webhookSecrets,
    calls,
  }
}
