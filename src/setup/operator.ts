import { parseArgs } from 'node:util'
import { invite } from '@/access/invitation'
import { chooseMerchant } from '@/access/merchant'
import { operatorByEmail, ROLES } from '@/access/operator'
import { resetFactors } from '@/access/second-factor'
import type { Wrapping } from '@/platform/answers/key-rows'
import { merchantsWithKey, rotateKey } from '@/platform/answers/rotate'
import { SYSTEM } from '@/platform/audit'
import { type Db, openDb, openPool } from '@/platform/db'

const USAGE = `Usage: npm run operator -- add --email ADDRESS --role ${ROLES.join('|')} [--merchant ID]
       npm run operator -- reset-factors --email ADDRESS
       npm run operator -- rotate-answers-key [--merchant ID]`

export interface OperatorCommandOptions {
  databaseUrl: string
  baseUrl: string
  /** Encrypts the keys of stored answers. @throws Error when the secret of the installation is not known here */
  wrapping: () => Wrapping
}

/**
 * Runs `npm run operator`.
 * @returns the text to print
 * @throws Error that says how to call it, or why nothing was done
 */
export function operatorCommand(
  [verb = '', ...args]: string[],
  { databaseUrl, baseUrl, wrapping }: OperatorCommandOptions,
): Promise<string> {
  if (verb === 'rotate-answers-key') return rotateAnswersKey(databaseUrl, wrapping, args)
  if (verb === 'reset-factors') return resetOperatorFactors(databaseUrl, args)
  return inviteOperator(databaseUrl, baseUrl, [verb, ...args])
}

/**
 * Removes the second factors of an operator whom no admin can help: the last admin. Their sessions end. Whoever can run this has the database's
 * login, and could remove them there.
 */
async function resetOperatorFactors(databaseUrl: string, args: string[]): Promise<string> {
  const { values } = readArguments(() => parseArgs({ args, options: { email: { type: 'string' } } }))
  const email = values.email?.trim().toLowerCase()
  if (!email) throw new Error(USAGE)
  return withDatabase(databaseUrl, async (db) => {
    const operator = await operatorByEmail(db, email)
    if (!operator || !(await resetFactors(db, operator, SYSTEM, 'from the command line')))
      throw new Error(`There is no operator ${email}.`)
    return `${email} has no second factor any more, and is signed out everywhere. They sign in with the password and add a new one.`
  })
}

/** A new key for the stored answers of one merchant, or of each that has one. */
async function rotateAnswersKey(
  databaseUrl: string,
  wrapping: OperatorCommandOptions['wrapping'],
  args: string[],
): Promise<string> {
  const { values } = readArguments(() => parseArgs({ args, options: { merchant: { type: 'string' } } }))
  const { merchant } = values
  if (merchant !== undefined && !UUID.test(merchant)) throw new Error(USAGE)
  return withDatabase(databaseUrl, async (db) => {
    if (merchant !== undefined && !(await chooseMerchant(db, merchant)))
      throw new Error(`There is no merchant ${merchant}.`)
    const merchants = merchant === undefined ? await merchantsWithKey(db) : [merchant]
    const lines: string[] = []
    for (const id of merchants) {
      const version = await rotateKey(db, wrapping(), id)
      lines.push(
        version === null
          ? `${id}: another key was made at this moment; run the command again if that was not you`
          : `${id}: key version ${version}`,
      )
    }
    if (lines.length === 0)
      return 'No merchant has a key for stored answers yet: the first is made by itself.'
    return [
      ...lines,
      'New answers are under these keys within a minute; the worker encrypts the older ones anew from five minutes on. npm run verify counts them.',
    ].join('\n')
  })
}

async function withDatabase<Result>(url: string, work: (db: Db) => Promise<Result>): Promise<Result> {
  const pool = openPool(url, { max: 1, name: 'payonce-operator' })
  const db = openDb(pool)
  try {
    return await work(db)
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}

/**
 * Invites an operator from the command line: the first one of a merchant, whom nobody else can invite. The person opens the link and chooses
 * the password, so that none is on a command line.
 * @returns the text to print, with the link
 * @throws Error that says how to call it, or which merchants there are to choose from
 */
export async function inviteOperator(databaseUrl: string, baseUrl: string, flags: string[]): Promise<string> {
  const { email, role, merchant } = readFlags(flags)
  return withDatabase(databaseUrl, async (db) => {
    const found = await chooseMerchant(db, merchant)
    if (!found)
      throw new Error(
        merchant ? `There is no merchant ${merchant}.` : `Name the merchant with --merchant ID.\n${USAGE}`,
      )
    if (await operatorByEmail(db, email)) throw new Error(`${email} is an operator already.`)
    const { code } = await invite(db, { merchantId: found.id, email, role }, SYSTEM, 'the command line')
    return `${email} is invited to ${found.name} as ${role}. This link works once, within 72 hours:\n${baseUrl}/invitation/${code}`
  })
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
