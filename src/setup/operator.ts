import { parseArgs } from 'node:util'
import { invite } from '@/access/invitation'
import { chooseMerchant } from '@/access/merchant'
import { operatorByEmail, ROLES } from '@/access/operator'
import { SYSTEM } from '@/platform/audit'
import { openDb, openPool } from '@/platform/db'

const USAGE = `Usage: npm run operator -- add --email ADDRESS --role ${ROLES.join('|')} [--merchant ID]`

/**
 * Invites an operator from the command line: the first one of a merchant, whom nobody else can invite. The person opens the link and chooses
 * the password, so that none is on a command line.
 * @returns the text to print, with the link
 * @throws Error that says how to call it, or which merchants there are to choose from
 */
export async function inviteOperator(databaseUrl: string, baseUrl: string, flags: string[]): Promise<string> {
  const { email, role, merchant } = readFlags(flags)
  const pool = openPool(databaseUrl, { max: 1, name: 'payonce-operator' })
  const db = openDb(pool)
  try {
    const found = await chooseMerchant(db, merchant)
    if (!found)
      throw new Error(
        merchant ? `There is no merchant ${merchant}.` : `Name the merchant with --merchant ID.\n${USAGE}`,
      )
    if (await operatorByEmail(db, email)) throw new Error(`${email} is an operator already.`)
    const { code } = await invite(db, { merchantId: found.id, email, role }, SYSTEM, 'the command line')
    return `${email} is invited to ${found.name} as ${role}. This link works once, within 72 hours:\n${baseUrl}/invitation/${code}`
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function readFlags([verb, ...args]: string[]) {
  const text = { type: 'string' } as const
  const { values } = readArguments(() =>
    parseArgs({ args, options: { email: text, role: text, merchant: text } }),
  )
  const email = values.email?.trim().toLowerCase() ?? ''
  const role = ROLES.find((one) => one === values.role)
  const { merchant } = values
  const wrong = merchant !== undefined && !UUID.test(merchant)
  if (verb !== 'add' || !role || !/^\S+@\S+$/.test(email) || email.length > 254 || wrong)
    throw new Error(USAGE)
  return { email, role, merchant }
}

/** @throws Error with the usage, in place of Node's own about an unknown flag */
function readArguments<Parsed>(read: () => Parsed): Parsed {
  try {
    return read()
  } catch {
    throw new Error(USAGE)
  }
}
