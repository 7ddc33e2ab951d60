import { z } from 'zod'
import type { Mode } from '@/lib/mode'
import { audit, SYSTEM } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, firstRow, type Sql, sql, type Write } from '@/platform/db'
import { type AccountRow, readAccounts, type SecretColumn, secretOwner } from './account-store'

/** Changes of merchants' accounts: by a command that works as the owner of the tables, since the application may write none of it. */

export interface AccountOrder {
  merchantId: string
  name: string
  mode: Mode
  accountId: string | null
  publishableKey: string | null
  /** In the clear, until `encrypt`. */
  secrets: { secret_key: string; webhook_secret: string; webhook_secret_previous: string | null }
  encrypt: (text: string, owner: string) => string
}

export type AccountSet = 'made' | 'changed' | 'taken'

const BY = 'npm run merchant'

const foundRow = z.strictObject({ owner: z.string(), accountId: z.string().nullable() })

/**
 * Makes an account the one at which a merchant's payments are begun, the one before it retired; or replaces the keys of one that is there, which
 * stays current or retired. A name stands for one account for good: payments remember it.
 */
export async function setAccount(db: Db, order: AccountOrder, newId: () => string): Promise<AccountSet> {
  const { merchantId, name, accountId } = order
  const found = await firstRow(
    db,
    foundRow,
    sql`SELECT merchant_id::text AS owner, account_id AS "accountId" FROM gateway_account WHERE name = ${name}`,
  )
  if (!found) return make(db, order, newId)
  const isOther = found.accountId !== null && accountId !== null && found.accountId !== accountId
  return found.owner !== merchantId || isOther ? 'taken' : change(db, order, newId)
}

async function make(db: Db, order: AccountOrder, newId: () => string): Promise<AccountSet> {
  const { merchantId, name, mode, accountId, publishableKey } = order
  const { key, webhook, previous } = encrypted(order)
  const insert = sql`
    INSERT INTO gateway_account (merchant_id, name, mode, account_id, publishable_key, secret_key, webhook_secret, webhook_secret_previous,
      created_by, updated_by)
    VALUES (${merchantId}::uuid, ${name}, ${mode}, ${accountId}, ${publishableKey}, ${key}, ${webhook}, ${previous}, ${BY}, ${BY})
    ON CONFLICT (name) DO NOTHING RETURNING 1`
  const done = await commit(
    db,
    [own(insert), traced(order, 'gateway-account.set', newId())],
    [retireSql(merchantId)],
  )
  return done.committed ? 'made' : 'taken'
}

async function change(db: Db, order: AccountOrder, newId: () => string): Promise<AccountSet> {
  const { merchantId, name, accountId, publishableKey } = order
  const { key, webhook, previous } = encrypted(order)
  const update = sql`
    UPDATE gateway_account SET account_id = coalesce(${accountId}::text, account_id), publishable_key = ${publishableKey}, secret_key = ${key},
      webhook_secret = ${webhook}, webhook_secret_previous = ${previous}, updated_at = clock_timestamp(), updated_by = ${BY}
    WHERE merchant_id = ${merchantId}::uuid AND name = ${name} RETURNING 1`
  const done = await commit(db, [own(update), traced(order, 'gateway-account.keys-replaced', newId())])
  return done.committed ? 'changed' : 'taken'
}

/** @returns false when the merchant has no current account */
export async function retireAccount(db: Db, merchantId: string, newId: () => string): Promise<boolean> {
  const entry = traced({ merchantId, name: 'the current account' }, 'gateway-account.retired', newId())
  return (await commit(db, [own(sql`${retireSql(merchantId)} RETURNING 1`), entry])).committed
}

/** Accounts without their secrets. */
export async function listAccounts(
  db: Db,
): Promise<Pick<AccountRow, 'merchantId' | 'name' | 'mode' | 'accountId' | 'retired'>[]> {
  return (await readAccounts(db)).map(({ merchantId, name, mode, accountId, retired }) => ({
    merchantId,
    name,
    mode,
    accountId,
    retired,
  }))
}

/**
 * Encrypts every secret anew. @param renew the secret under the present key; null: no key of ours reads it
 * @returns how many accounts that were
 * @throws Error naming the account whose secret cannot be read: nothing of it was changed
 */
export async function renewAccounts(
  db: Db,
  renew: (encrypted: string, owner: string) => string | null,
): Promise<number> {
  const accounts = await readAccounts(db)
  for (const account of accounts) {
    const anew = (column: SecretColumn, old: string | null) => {
      const text = old === null ? null : renew(old, secretOwner(account, column))
      if (old !== null && text === null)
        throw new Error(`${column} of the account "${account.name}" cannot be read: set the account again.`)
      return text
    }
    const [key, webhook, previous] = [
      anew('secret_key', account.secretKey),
      anew('webhook_secret', account.webhookSecret),
      anew('webhook_secret_previous', account.webhookSecretPrevious),
    ]
    await db.$executeRaw(sql`
      UPDATE gateway_account SET secret_key = ${key}, webhook_secret = ${webhook}, webhook_secret_previous = ${previous},
        updated_at = clock_timestamp(), updated_by = ${BY}
      WHERE merchant_id = ${account.merchantId}::uuid AND name = ${account.name} AND updated_at = ${account.version}::timestamptz`)
  }
  return accounts.length
}

function encrypted(order: AccountOrder): { key: string; webhook: string; previous: string | null } {
  const { secrets, encrypt } = order
  const bound = (text: string, column: SecretColumn) => encrypt(text, secretOwner(order, column))
  const previous = secrets.webhook_secret_previous
  return {
    key: bound(secrets.secret_key, 'secret_key'),
    webhook: bound(secrets.webhook_secret, 'webhook_secret'),
    previous: previous === null ? null : bound(previous, 'webhook_secret_previous'),
  }
}

function retireSql(merchantId: string): Sql {
  return sql`UPDATE gateway_account SET retired_at = now(), updated_at = clock_timestamp(), updated_by = ${BY}
    WHERE merchant_id = ${merchantId}::uuid AND retired_at IS NULL`
}

function own(statement: Sql): Write {
  return { name: 'gateway-account', rows: 1, sql: statement }
}

function traced(
  { merchantId, name }: { merchantId: string; name: string },
  action: string,
  id: string,
): Write {
  return audit({ merchantId, id, by: SYSTEM, action, subject: name, detail: `at Stripe, by ${BY}` })
}
