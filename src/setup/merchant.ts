import { parseArgs } from 'node:util'
import { type ApiScope, createApiKey, SCOPES } from '@/access/api-key'
import { createMerchant } from '@/access/merchant'
import { uuidv7 } from '@/lib/id'
import type { Mode } from '@/lib/mode'
import { type Db, openDb, openPool } from '@/platform/db'

export const MERCHANT_USAGE = `Usage: npm run merchant -- add --name NAME [--key NAME --scopes SCOPE,SCOPE [--expires-in-days DAYS]]

Makes a merchant of this installation's mode (PAYONCE_MODE) in the database of DATABASE_URL, and prints its id.

  --name NAME             as shoppers read it, up to 200 characters
  --key NAME              also makes an API key of this name; it is printed once, and stored nowhere
  --scopes SCOPE,SCOPE    what that key may do: ${SCOPES.join(', ')}
  --expires-in-days DAYS  when that key ends, 1 to 3650; without it, when it is revoked

A merchant's own account at Stripe: npm run merchant -- account help
A customer who asks to be erased: npm run merchant -- erase --merchant ID --email ADDRESS`

/** What `npm run merchant -- add` was asked to make. */
export interface MerchantOrder {
  name: string
  key: { name: string; scopes: readonly ApiScope[]; expiresInDays: number | null } | null
}

/** The arguments of the command; null: help is wanted. @throws Error with what is wrong, and the usage */
export function readMerchantArguments(args: readonly string[]): MerchantOrder | null {
  const { values, positionals } = parsed(args)
  if (values.help || (args.length === 1 && positionals[0] === 'help')) return null
  if (positionals.length !== 1 || positionals[0] !== 'add')
    throw wrong(positionals.length === 0 ? 'Say what to do: add.' : `There is no "${positionals.join(' ')}".`)
  const name = nameOf(values.name, '--name')
  if (values.key === undefined && (values.scopes ?? values['expires-in-days']) !== undefined)
    throw wrong('--scopes and --expires-in-days describe a key: name it with --key.')
  if (values.key === undefined) return { name, key: null }
  return {
    name,
    key: {
      name: nameOf(values.key, '--key'),
      scopes: scopesOf(values.scopes),
      expiresInDays: daysOf(values['expires-in-days']),
    },
  }
}

/** Makes the merchant and its key. */
export async function addMerchant(
  db: Db,
  { name, key }: MerchantOrder,
  mode: Mode,
): Promise<{ merchantId: string; token: string | null }> {
  const by = 'npm run merchant'
  const merchantId = await createMerchant(db, { name, mode, by }, uuidv7)
  if (!key) return { merchantId, token: null }
  const made = await createApiKey(db, { merchantId, by, ...key }, uuidv7)
  if (!made)
    throw new Error(`The merchant ${merchantId} was made, its API key was not. Make one in the dashboard.`)
  return { merchantId, token: made.token }
}

/** `npm run merchant`. @returns the text to print */
export async function merchantCommand(
  args: readonly string[],
  { databaseUrl, mode }: { databaseUrl: () => Promise<string>; mode: Mode },
): Promise<string> {
  const order = readMerchantArguments(args)
  if (!order) return MERCHANT_USAGE
  const pool = openPool(await databaseUrl(), { max: 1, name: 'payonce-merchant' })
  const db = openDb(pool)
  try {
    const { merchantId, token } = await addMerchant(db, order, mode)
    const made = `Made the ${mode} merchant "${order.name}".\n  id       ${merchantId}`
    return token
      ? `${made}\n  API key  ${token}\nThe key is shown this once: keep it where your server reads secrets.`
      : made
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        key: { type: 'string' },
        scopes: { type: 'string' },
        'expires-in-days': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw wrong((error as Error).message)
  }
}

function nameOf(text: string | undefined, option: string): string {
  const name = text?.trim() ?? ''
  const readable = name.length >= 1 && name.length <= 200 && !/\p{C}/u.test(name)
  if (!readable) throw wrong(`${option} takes a name of 1 to 200 characters, without control characters.`)
  return name
}

function scopesOf(text: string | undefined): readonly ApiScope[] {
  const named = (text ?? '').split(',').map((scope) => scope.trim())
  const unknown = named.filter((scope) => !isScope(scope))
  if (unknown.length > 0)
    throw wrong(
      text === undefined
        ? 'A key needs --scopes: what it may do.'
        : `There is no scope "${unknown.join('", "')}".`,
    )
  return [...new Set(named.filter(isScope))]
}

function isScope(text: string): text is ApiScope {
  return SCOPES.some((scope) => scope === text)
}

function daysOf(text: string | undefined): number | null {
  if (text === undefined) return null
  if (!/^[1-9]\d{0,3}$/.test(text) || Number(text) > 3650) throw wrong('--expires-in-days takes 1 to 3650.')
  return Number(text)
}

function wrong(what: string): Error {
  return new Error(`${what}\n\n${MERCHANT_USAGE}`)
}
