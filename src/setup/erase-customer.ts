import { parseArgs } from 'node:util'
import { modeOf } from '@/access/merchant'
import { eraseCustomer } from '@/checkout/erase-customer'
import { openDb, openPool } from '@/platform/db'

const ERASE_USAGE = `Usage: npm run merchant -- erase --merchant ID --email ADDRESS

Erases a customer of a merchant on their request: the e-mail of their orders, the stored answers, and the mails with receipts. Payments, books and
audit stay, and a late retry of a key still charges nothing. Works as the owner of the tables (PAYONCE_OWNER_DATABASE_URL); written to the audit log.`

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** `npm run merchant -- erase`. @returns the text to print @throws Error with the usage, or why nothing was done */
export async function eraseCommand(
  args: readonly string[],
  ownerUrl: () => Promise<string>,
): Promise<string> {
  const { merchant, email } = readFlags(args)
  const pool = openPool(await ownerUrl(), { max: 1, name: 'payonce-erase', statementMs: 600_000 })
  const db = openDb(pool)
  try {
    if ((await modeOf(db, merchant)) === null) throw new Error(`There is no merchant ${merchant}.`)
    const { orders, answers, mails, underWay } = await eraseCustomer(db, {
      merchantId: merchant,
      email,
      by: 'npm run merchant',
    })
    const done = `Erased: orders ${orders}, stored answers ${answers}, mails with receipts ${mails}.`
    return underWay === 0
      ? done
      : `${done}\nStill under way: ${underWay}. Run the command again when these payments have ended.`
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}

function readFlags(args: readonly string[]): { merchant: string; email: string } {
  const text = { type: 'string' } as const
  const { values } = parsed(() => parseArgs({ args: [...args], options: { merchant: text, email: text } }))
  const { merchant = '' } = values
  const email = values.email?.trim() ?? ''
  if (!UUID.test(merchant) || !/^\S+@\S+$/.test(email)) throw new Error(ERASE_USAGE)
  return { merchant, email }
}

/** @throws Error with the usage, in place of Node's own about an unknown flag */
function parsed<Parsed>(read: () => Parsed): Parsed {
  try {
    return read()
  } catch {
    throw new Error(ERASE_USAGE)
  }
}
