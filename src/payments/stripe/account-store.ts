import { z } from 'zod'
import { type Db, rows, type Sql, sql } from '@/platform/db'

/** Columns with a secret. Its encryption is bound to account and column (`secretOwner`). */
export type SecretColumn = 'secret_key' | 'webhook_secret' | 'webhook_secret_previous'

/** To what a secret is bound: moved to another account or column, it cannot be read. */
export function secretOwner(
  { merchantId, name }: { merchantId: string; name: string },
  column: SecretColumn,
): string {
  return JSON.stringify(['gateway-account', merchantId, name, column])
}

/** Name of an account's gateway, under which its lists, movements and disputes are kept. */
export function gatewayNameOf(account: string | null): string {
  return account === null ? 'stripe' : `stripe:${account}`
}

/** SQL of the same for an expression, where no account is the gateway of this name. */
export function gatewayNameSql(account: Sql, without: string): Sql {
  return sql`coalesce('stripe:' || ${account}, ${without})`
}

/** SQL: name of the account at which a merchant's next payment is begun; null: the installation's. @param merchantId an expression */
export function currentAccount(merchantId: Sql): Sql {
  return sql`(SELECT ga.name FROM gateway_account ga WHERE ga.merchant_id = ${merchantId} AND ga.retired_at IS NULL)`
}

const accountRow = z.strictObject({
  merchantId: z.string(),
  name: z.string(),
  mode: z.enum(['test', 'live']),
  accountId: z.string().nullable(),
  publishableKey: z.string().nullable(),
  /** Encrypted, as the two after it. */
  secretKey: z.string(),
  webhookSecret: z.string(),
  webhookSecretPrevious: z.string().nullable(),
  createdAt: z.date(),
  /** As text: another one means that something of it was changed. */
  version: z.string(),
  retired: z.boolean(),
})
export type AccountRow = z.infer<typeof accountRow>

/** Every account of this installation, its secrets encrypted. */
export function readAccounts(db: Db): Promise<AccountRow[]> {
  return rows(
    db,
    accountRow,
    sql`
      SELECT merchant_id::text AS "merchantId", name, mode, account_id AS "accountId", publishable_key AS "publishableKey",
        secret_key AS "secretKey", webhook_secret AS "webhookSecret", webhook_secret_previous AS "webhookSecretPrevious",
        created_at AS "createdAt", updated_at::text AS version, retired_at IS NOT NULL AS retired
      FROM gateway_account ORDER BY created_at, name`,
  )
}
