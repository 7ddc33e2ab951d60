import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { decryptSecret, encryptSecret, type FactorKeys } from '@/access/factor-secret'
import { modeOf } from '@/access/merchant'
import { uuidv7 } from '@/lib/id'
import type { Mode } from '@/lib/mode'
import {
  type AccountOrder,
  listAccounts,
  renewAccounts,
  retireAccount,
  setAccount,
} from '@/payments/stripe/account-change'
import { type Db, openDb, openPool } from '@/platform/db'
import { GATEWAYS } from '@/platform/gateways'
import { stripeProblems } from '@/platform/stripe-checks'

export const ACCOUNT_USAGE = `Usage: npm run merchant -- account set --merchant ID --name NAME [options]
       npm run merchant -- account retire --merchant ID
       npm run merchant -- account list | renew

The account at Stripe of one merchant. Works as the owner of the tables (PAYONCE_OWNER_DATABASE_URL), and is written to the audit log.

  set      makes NAME the account at which the merchant's payments are begun, or replaces the keys of NAME
  retire   the merchant's payments are begun at the installation's gateway again
  list     shows the accounts, and no secret
  renew    encrypts the secrets anew under the present PAYONCE_SECRET

  --merchant ID           as \`npm run merchant -- add\` printed it
  --name NAME             lower-case letters, digits, - and _: Stripe sends its events to /api/webhooks/stripe/NAME
  --account-id acct_…     Stripe's own id of it: events of another account are refused
  --publishable-key pk_…  the key that browsers get
  --secrets FILE          lines of STRIPE_SECRET_KEY=…, STRIPE_WEBHOOK_SECRET=… and, while it is replaced,
                          STRIPE_WEBHOOK_SECRET_PREVIOUS=…; "-" reads them from the standard input.
                          Without it they are taken from the environment. Never from the command line, where others can read them`

/** What the environment gives the command. */
export interface AccountSource {
  ownerUrl: () => Promise<string>
  mode: Mode
  keys: () => FactorKeys
  /** The variables of Stripe in the environment. */
  variables: Secrets
  /** The installation's own gateway is Stripe: those variables are its own. */
  ownIsStripe: boolean
  /** A double's URL (PAYONCE_STRIPE_URL). */
  url: string | undefined
  stdin: NodeJS.ReadableStream
}

const SECRETS = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'STRIPE_WEBHOOK_SECRET_PREVIOUS'] as const
type Secrets = Partial<Record<(typeof SECRETS)[number], string | undefined>>

/** `npm run merchant -- account`. @returns the text to print. @throws Error that repeats no secret */
export async function accountCommand(args: readonly string[], source: AccountSource): Promise<string> {
  const { positionals, values } = parsed(args)
  const [action = ''] = positionals
  if (values.help || action === '' || action === 'help') return ACCOUNT_USAGE
  if (positionals.length !== 1) throw wrong(`There is no "account ${positionals.join(' ')}".`)
  switch (action) {
    case 'set': {
      const order = await orderOf(values, source)
      const { db, done } = await ownerDb(source)
      return done(set(db, order))
    }
    case 'retire': {
      const merchantId = merchantOf(values.merchant)
      const { db, done } = await ownerDb(source)
      return done(retire(db, merchantId))
    }
    case 'list': {
      const { db, done } = await ownerDb(source)
      return done(list(db))
    }
    case 'renew': {
      const keys = source.keys()
      const { db, done } = await ownerDb(source)
      return done(
        renewAccounts(db, (old, owner) => {
          const read = decryptSecret(old, owner, keys)
          return read && encryptSecret(read.text, owner, keys)
        }).then((count) => `Encrypted the secrets of ${count} accounts anew.`),
      )
    }
    default:
      throw wrong(`There is no "account ${action}".`)
  }
}

async function set(db: Db, order: AccountOrder): Promise<string> {
  if ((await modeOf(db, order.merchantId)) !== order.mode)
    throw new Error(`There is no merchant ${order.merchantId} of this mode. Nothing was changed.`)
  switch (await setAccount(db, order, uuidv7)) {
    case 'made':
      return `"${order.name}" is the account at which payments of ${order.merchantId} are begun.\nStripe sends its events to /api/webhooks/stripe/${order.name}`
    case 'changed':
      return `Replaced the keys of "${order.name}". Processes that run use them within ten seconds.`
    case 'taken':
      throw new Error(
        `The name "${order.name}" is that of another account. Nothing was changed: choose another name.`,
      )
  }
}

async function retire(db: Db, merchantId: string): Promise<string> {
  if (await retireAccount(db, merchantId, uuidv7))
    return `Payments of ${merchantId} are begun at the installation's gateway. What was begun is asked for where it was.`
  throw new Error(`The merchant ${merchantId} has no account of their own. Nothing was changed.`)
}

async function list(db: Db): Promise<string> {
  const lines = (await listAccounts(db)).map(
    ({ merchantId, name, mode, accountId, retired }) =>
      `${merchantId}  ${name}  ${mode}  ${accountId ?? 'id not known'}  ${retired ? 'retired' : 'current'}`,
  )
  return lines.length > 0 ? lines.join('\n') : 'No merchant has an account of their own.'
}

async function ownerDb({ ownerUrl }: AccountSource) {
  const pool = openPool(await ownerUrl(), { max: 1, name: 'payonce-account' })
  const db = openDb(pool)
  const done = async (work: Promise<string>): Promise<string> => {
    try {
      return await work
    } finally {
      await db.$disconnect()
      await pool.end()
    }
  }
  return { db, done }
}

type Values = ReturnType<typeof parsed>['values']

async function orderOf(values: Values, source: AccountSource): Promise<AccountOrder> {
  const merchantId = merchantOf(values.merchant)
  const name = values.name ?? ''
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name) || name === 'main')
    throw wrong('--name takes 1 to 64 lower-case letters, digits, - and _, and "main" is the installation’s.')
  const accountId = values['account-id'] ?? null
  if (accountId !== null && !/^acct_\w{1,60}$/.test(accountId))
    throw wrong('--account-id takes Stripe’s id of the account, acct_….')
  refuseMode(source.mode)
  const secrets = await secretsOf(values.secrets, source)
  const publishableKey = values['publishable-key'] ?? null
  refuseWrongKeys({ ...secrets, STRIPE_PUBLISHABLE_KEY: publishableKey ?? undefined }, source)
  const { STRIPE_SECRET_KEY = '', STRIPE_WEBHOOK_SECRET = '', STRIPE_WEBHOOK_SECRET_PREVIOUS } = secrets
  const keys = source.keys()
  return {
    merchantId,
    name,
    mode: source.mode,
    accountId,
    publishableKey,
    secrets: {
      secret_key: STRIPE_SECRET_KEY,
      webhook_secret: STRIPE_WEBHOOK_SECRET,
      webhook_secret_previous: STRIPE_WEBHOOK_SECRET_PREVIOUS ?? null,
    },
    encrypt: (text, owner) => encryptSecret(text, owner, keys),
  }
}

/** @throws Error where this installation's mode may not use Stripe */
function refuseMode(mode: Mode): void {
  const stripe = GATEWAYS.stripe
  if (!stripe?.modes.includes(mode))
    throw new Error(`Stripe does not serve ${mode} payments yet: ${stripe?.notLive ?? 'it is not known'}.`)
}

/** The checks of the environment's account, with the names of the same variables. @throws Error that names all that is wrong */
function refuseWrongKeys(variables: Record<string, string | undefined>, { mode, url }: AccountSource): void {
  const problems = stripeProblems({
    ...variables,
    PAYONCE_GATEWAY: 'stripe',
    PAYONCE_MODE: mode === 'live' ? 'live' : 'sandbox',
    ...(url === undefined ? {} : { PAYONCE_STRIPE_URL: url }),
  })
  if (problems.length === 0) return
  const lines = problems.map(({ variable, message }) => `  ${variable}: ${message}`)
  throw new Error(`The account is not right. Nothing was changed:\n${lines.join('\n')}`)
}

async function secretsOf(file: string | undefined, source: AccountSource): Promise<Secrets> {
  if (file !== undefined)
    return secretLines(file === '-' ? await readAll(source.stdin) : await readFile(file, 'utf8'))
  if (source.ownIsStripe)
    throw wrong(
      'The STRIPE_… variables are the installation’s own account: name the merchant’s with --secrets.',
    )
  return source.variables
}

/** Lines of `NAME=value`; empty ones and those that begin with # say nothing. @throws Error that repeats no line */
export function secretLines(text: string): Secrets {
  const secrets: Secrets = {}
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const [name, ...rest] = trimmed.split('=')
    const known = SECRETS.find((one) => one === name?.trim())
    if (!known || rest.length === 0)
      throw wrong(`Line ${index + 1} of the secrets is none of ${SECRETS.join('=…, ')}=….`)
    secrets[known] = rest.join('=').trim()
  }
  return secrets
}

function merchantOf(text: string | undefined): string {
  if (text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return text
  throw wrong('--merchant takes the id that `npm run merchant -- add` printed.')
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        merchant: { type: 'string' },
        name: { type: 'string' },
        'account-id': { type: 'string' },
        'publishable-key': { type: 'string' },
        secrets: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch {
    // Its message repeats what was typed, which may be a secret in the wrong place.
    throw wrong('An option is not known, or has no value. Secrets are never given on the command line.')
  }
}

function wrong(what: string): Error {
  return new Error(`${what}\n\n${ACCOUNT_USAGE}`)
}
