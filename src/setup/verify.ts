import { parseArgs } from 'node:util'
import { type CheckedCodes, checkSentCodes, isCodeOf } from '@/checkout/receipts/check-codes'
import {
  checkEverything,
  checkIntegrity,
  type IntegrityReport,
  type NotedHead,
  type WholeReport,
} from '@/payments/integrity'
import type { Wrapping } from '@/platform/answers/key-rows'
import { type AnswerKeyReport, reportKeys } from '@/platform/answers/report'
import { type Db, openDb, openPool } from '@/platform/db'
import { isBroken } from '@/platform/integrity'

/**
 * Checks every invariant, of all merchants and of the installation, and counts the rows that there were to check.
 * @param bank one that is another process, to be asked for its list
 */
export const check = (db: Db, bank: Parameters<typeof checkIntegrity>[1] = null): Promise<IntegrityReport> =>
  checkIntegrity(db, bank)

/** 30 min for one statement: an invariant over millions of rows reads them all, and nobody's request waits for it. */
const STATEMENT_MS = 30 * 60_000

export interface VerifyOptions {
  json: boolean
  /** Heads that were noted elsewhere, as 64 hexadecimal digits: each must be a link of a chain. */
  heads: string[]
  /** Receipts that somebody holds: the payment's id and the code. */
  receipts: { payment: string; code: string }[]
}

/** The report, with what receipts say. */
type VerifyReport = WholeReport & {
  /** Of receipts that were sent by e-mail; null: the secret that makes codes is not known here. */
  codes: CheckedCodes | null
  receipts: { payment: string; holds: boolean }[]
  answers: AnswerKeyReport
}

/** What the environment knows of the installation. */
interface Known {
  /** Make the codes of receipts. Null: the installation's secret is not known here. */
  secrets: readonly string[] | null
  /** Wraps the keys of stored answers. Null: the same. */
  wrapping: Wrapping | null
  /** Of a bank that is another process, to be asked for its list. */
  bankUrl: string | null
}

const NOTHING_KNOWN: Known = { secrets: null, wrapping: null, bankUrl: null }

/**
 * `npm run verify`: prints the report, for people or as JSON.
 * @returns whether every invariant, every noted head and every code holds
 */
export async function verify(
  databaseUrl: string,
  { json, heads, receipts }: VerifyOptions,
  { secrets, wrapping, bankUrl }: Known = NOTHING_KNOWN,
): Promise<boolean> {
  if (receipts.length > 0 && secrets === null)
    throw new Error('Codes of receipts are made with PAYONCE_SECRET, which is not set here.')
  // As the owner: what is read must not depend on the grants that are being checked.
  const pool = openPool(databaseUrl, { max: 1, name: 'payonce-verify', statementMs: STATEMENT_MS })
  const db = openDb(pool)
  try {
    const checked = await checkEverything(db, heads, bankUrl)
    const codes = secrets && (await checkSentCodes(db, secrets))
    const shown: VerifyReport['receipts'] = []
    for (const receipt of receipts)
      shown.push({ payment: receipt.payment, holds: await isCodeOf(db, receipt, secrets ?? []) })
    const ok = checked.ok && !codes?.wrong.length && shown.every(({ holds }) => holds)
    const answers = await reportKeys(db, wrapping)
    const result: VerifyReport = { ...checked, ok, codes, receipts: shown, answers }
    process.stdout.write(`${json ? JSON.stringify(result, null, 2) : report(result)}\n`)
    return result.ok
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}

const USAGE =
  'Usage: npm run verify -- [--json] [--head HASH]... [--receipt PAYMENT:CODE]...\n  --head     a head that was noted earlier (64 hexadecimal digits): says whether the chain still contains it\n  --receipt  the payment and the code of a receipt (pay_…:0123456789ab): says whether the books still say the same'

/** @throws Error with the usage */
export function readVerifyArguments(args: string[]): VerifyOptions {
  const { json = false, head = [], receipt = [] } = parsed(args)
  const heads = head.map((hash) => hash.trim().toLowerCase())
  const wrong = heads.find((hash) => !/^[0-9a-f]{64}$/.test(hash))
  if (wrong !== undefined)
    throw new Error(`"${wrong.slice(0, 80)}" is no head: it has 64 hexadecimal digits.\n${USAGE}`)
  return { json, heads, receipts: receipt.map(receiptOf) }
}

function receiptOf(text: string): VerifyOptions['receipts'][number] {
  const [, payment = '', code = ''] = /^\s*(pay_[0-9a-f]{32}):([0-9a-f]{12})\s*$/i.exec(text) ?? []
  if (payment === '')
    throw new Error(
      `"${text.slice(0, 80)}" is no receipt: write the payment and the code, pay_…:0123456789ab.\n${USAGE}`,
    )
  return { payment: payment.toLowerCase(), code: code.toLowerCase() }
}

function parsed(args: string[]) {
  try {
    const options = {
      json: { type: 'boolean' },
      head: { type: 'string', multiple: true },
      receipt: { type: 'string', multiple: true },
    } as const
    return parseArgs({ args, options }).values
  } catch {
    throw new Error(USAGE)
  }
}

function report({
  ok,
  bank,
  counted,
  findings,
  sealing,
  noted,
  codes,
  receipts,
  answers,
}: VerifyReport): string {
  const lines = findings.flatMap(({ id, rule, offenders }) => [
    `${offenders.length === 0 ? '✓' : '✕'} ${rule}  (${id})`,
    ...offenders.map(({ subject, detail }) => `    ${subject}: ${detail}`),
  ])
  const { charges, succeeded, declined, notCharged, inDoubt, transactions, attempts } = counted
  const summary = `${charges} charges at the bank, ${succeeded} payments succeeded, ${declined} declined, ${notCharged} not charged, ${inDoubt} in doubt; ${transactions} ledger transactions; ${attempts} attempts`
  return [
    ...lines,
    ...noted.map(comparison),
    '',
    summary,
    ...BANK_LINES[bank],
    sealed(sealing),
    ...receipts.map(
      ({ payment, holds }) => `${holds ? '✓' : '✕'} ${payment} ${holds ? 'has' : 'does not have'} this code`,
    ),
    codesLine(codes),
    ...answerLines(answers),
    ok ? `all ${findings.length} invariants hold` : broken(findings, noted, [...receipts, ...wrongOf(codes)]),
  ].join('\n')
}

const BANK_LINES: Record<VerifyReport['bank'], string[]> = {
  tables: [],
  list: ['payments and refunds are compared with the list of the bank, which is another process'],
  not: [
    '? the bank is another process, and was not asked: set PAYONCE_BANK_URL to compare payments and refunds with its list',
  ],
}

function codesLine(codes: CheckedCodes | null): string {
  if (!codes) return 'codes of receipts: not checked, since PAYONCE_SECRET is not set here'
  const { checked, unknownSecret, wrong } = codes
  const older = unknownSecret > 0 ? `; ${unknownSecret} of a secret that is not known here` : ''
  return wrong.length === 0
    ? `codes of receipts: ${checked} that were sent by e-mail match their payments${older}`
    : `✕ codes of receipts: those of ${wrong.join(', ')} match no more${older}`
}

/** How much of what is stored is under which key: nothing here is broken, but a key that cannot be unwrapped has to be known. */
function answerLines({ counted, unusable }: AnswerKeyReport): string[] {
  const counts = counted.map(
    ({ version, answers }) => `${answers} ${version === null ? 'plain' : `under key version ${version}`}`,
  )
  return [
    `stored answers: ${counts.join(', ') || 'none'}`,
    ...(unusable
      ? [`? ${unusable} keys of stored answers cannot be unwrapped with this PAYONCE_SECRET`]
      : []),
  ]
}

const wrongOf = (codes: CheckedCodes | null) => codes?.wrong.map(() => ({ holds: false })) ?? []

function broken(findings: WholeReport['findings'], noted: NotedHead[], codes: { holds: boolean }[]): string {
  const invariants = findings.filter(isBroken).length
  const heads = noted.filter(({ holds }) => !holds).length
  const receipts = codes.filter(({ holds }) => !holds).length
  return [
    invariants > 0
      ? `${invariants} of ${findings.length} invariants are broken`
      : `all ${findings.length} invariants hold`,
    ...(heads > 0 ? [`${heads} of ${noted.length} noted heads do not hold`] : []),
    ...(receipts > 0
      ? [`${receipts} ${receipts === 1 ? 'code of a receipt does' : 'codes of receipts do'} not hold`]
      : []),
  ].join('; ')
}

function comparison({ hash, link, holds }: NotedHead): string {
  const head = `head ${hash.slice(0, 12)}…`
  if (!link)
    return `✕ ${head} is in no chain of this database: the chain was rewritten since it was noted, or it is another database’s`
  const place = `${head} is link #${link.seq} of the ${link.chain} chain of merchant ${link.merchantId}`
  return holds
    ? `✓ ${place}, written ${link.at.toISOString()}; nothing up to it was changed, and ${link.since} links follow`
    : `✕ ${place}, but a link up to it is wrong, or could not be checked`
}

function sealed({ sealed: count, unsealed, oldestSeconds }: WholeReport['sealing']): string {
  const rest =
    unsealed === 0
      ? 'all'
      : `all but the newest ${unsealed}, the oldest ${Math.round(oldestSeconds ?? 0)} s old`
  return `ledger sealed: ${count} transactions, ${rest}`
}
