import type { JournalTransaction } from '@/ledger/read'
import type { SealState } from '@/ledger/seal'
import type { BooksPeriod, TrialLine } from '@/ledger/trial-balance'
import { decimal, isCurrency } from '@/lib/money'
import type { PaymentSummary } from '@/payments/read'

/** What was written into a pack, added up as it was written, in minor units by currency. */
export class PackSums {
  readonly debits = new Map<string, bigint>()
  readonly credits = new Map<string, bigint>()
  readonly paid = new Map<string, bigint>()
  /** Closing balance of each statement, by the account's id. */
  readonly balances = new Map<string, bigint>()
  transactions = 0
  payments = 0

  transaction({ entries }: JournalTransaction): void {
    this.transactions += 1
    for (const { amount, currency } of entries)
      if (amount > 0n) add(this.debits, currency, amount)
      else add(this.credits, currency, -amount)
  }

  payment({ status, amount, currency }: PaymentSummary): void {
    this.payments += 1
    if (status === 'succeeded') add(this.paid, currency, amount)
  }

  balance(accountId: string, balance: bigint): void {
    this.balances.set(accountId, balance)
  }
}

function add(sums: Map<string, bigint>, currency: string, amount: bigint): void {
  sums.set(currency, (sums.get(currency) ?? 0n) + amount)
}

/** Sums that must be the same in two parts of a pack. */
interface Tie {
  what: string
  currency: string
  first: bigint
  second: bigint
}

interface PackFacts {
  input: { first: string; last: string; zone: string }
  period: BooksPeriod
  /** The period had ended when the pack was made. */
  over: boolean
  /** Accounts of the trial balance that have a statement. */
  lines: readonly TrialLine[]
  sums: PackSums
  seals: SealState
  clock(at: Date): string
}

/** The README of a pack: what is in it, its sums, how they tie together, and the head of the hash chain. Called when all else is written. */
export function packReadme(facts: PackFacts): string {
  const { input, period, over, sums, clock } = facts
  const ties = tiesOf(facts)
  const broken = ties.filter(({ first, second }) => first !== second)
  const at = (instant: string | null) => (instant === null ? '-' : `${instant} (${clock(new Date(instant))})`)
  return `${[
    'THE BOOKS OF A PERIOD',
    '',
    `Days      ${input.first} to ${input.last}, in ${input.zone}`,
    `From      ${at(period.from)}, inclusive`,
    `Until     ${at(period.until)}, exclusive`,
    ...(over ? [] : ['          The period was not over: make the pack again when it is.']),
    '',
    'FILES',
    '',
    'trial-balance.csv   Every account: opening balance, debits, credits, closing balance.',
    `journal.csv         ${sums.transactions} transactions, a row for each line, oldest first.`,
    'statements/         One file for each account: each line with the balance after it.',
    `payments.csv        ${sums.payments} payments that were created in the period, newest first.`,
    '',
    'The files are UTF-8 with a byte order mark; lines end with CR LF. Amounts are exact decimals of their currency; the columns',
    '…Minor are the same in its smallest unit. A debit is positive, a credit negative. Instants are ISO 8601 in UTC; the columns',
    "…Local are the same in the zone above. A text that a spreadsheet would read as a formula has a quote (') before it.",
    '',
    'HOW THE SUMS TIE TOGETHER',
    '',
    ...ties.map(tieLine),
    '',
    broken.length === 0
      ? `All ${ties.length} comparisons agree.`
      : `${broken.length} OF ${ties.length} COMPARISONS DISAGREE. Do not use this pack: make it again, and tell whoever runs this system.`,
    '',
    'PAYMENTS AND SALES',
    '',
    ...[...sums.paid].map(([currency, amount]) => `Succeeded payments     ${money(amount, currency)}`),
    'A payment is listed by when it was created, a sale by when it was posted: one that was created before midnight and posted after it is',
    'in the payments of one period and in the journal of the next.',
    '',
    'THE HASH CHAIN',
    '',
    ...chainLines(facts),
  ].join('\r\n')}\r\n`
}

/** Debits against credits, the journal against the trial balance, and each statement against it. */
function tiesOf({ lines, sums }: PackFacts): Tie[] {
  const currencies = [
    ...new Set([...lines.map(({ currency }) => currency), ...sums.debits.keys()]),
  ].toSorted()
  const total = (currency: string, pick: (line: TrialLine) => bigint) =>
    lines.filter((line) => line.currency === currency).reduce((sum, line) => sum + pick(line), 0n)
  const ofCurrencies = currencies.flatMap((currency): Tie[] => {
    const debits = total(currency, (line) => line.debits)
    return [
      { what: 'Debits = credits', currency, first: debits, second: total(currency, (line) => line.credits) },
      { what: 'Trial balance = journal', currency, first: debits, second: sums.debits.get(currency) ?? 0n },
      {
        what: 'Journal balances',
        currency,
        first: sums.debits.get(currency) ?? 0n,
        second: sums.credits.get(currency) ?? 0n,
      },
      { what: 'Closing balances = 0', currency, first: total(currency, (line) => line.closing), second: 0n },
    ]
  })
  const ofAccounts = lines.map(
    (line): Tie => ({
      what: `Statement of ${line.code}`,
      currency: line.currency,
      first: line.closing,
      second: sums.balances.get(line.id) ?? line.opening,
    }),
  )
  return [...ofCurrencies, ...ofAccounts]
}

function tieLine({ what, currency, first, second }: Tie): string {
  const figures =
    first === second
      ? money(first, currency)
      : `${money(first, currency)} and ${money(second, currency)}: DIFFERENT`
  return `${first === second ? 'ok ' : '!! '} ${what.padEnd(34)} ${figures}`
}

function money(minor: bigint, currency: string): string {
  return isCurrency(currency)
    ? `${decimal(minor, currency)} ${currency}`
    : `${minor} minor units of ${currency}`
}

function chainLines({ seals: { last, waiting }, clock }: PackFacts): string[] {
  if (!last) return ['Nothing was sealed yet.']
  return [
    `Head     ${last.hash}`,
    `Number   ${last.seq}, sealed ${clock(last.sealedAt)}; ${waiting} of the newest transactions had no seal yet.`,
    'Keep it: `npm run verify -- --head HASH` says later whether it is still part of the chain, so that nothing before it was changed.',
  ]
}
