import { Readable } from 'node:stream'
import { ProblemError } from '@payonce/idempotency/problems'
import { ZipFile } from 'yazl'
import { readSealState } from '@/ledger/seal'
import { trialBalance } from '@/ledger/trial-balance'
import { localClock } from '@/lib/day'
import { type PeriodInput, periodOf } from '../wire/period'
import { csvText } from './csv-file'
import type { ExportedFile, Taking } from './export-route'
import { journalTable } from './journal'
import { PackSums, packReadme } from './pack-readme'
import { paymentsTable } from './payments'
import { statementTable } from './statement'
import { isUsed, trialBalanceTable } from './trial-balance'

/** 30 s: what began to post before it has ended, since no statement of the product takes longer than 10 s. */
const SETTLED_MS = 30_000

/**
 * The books of a period as one ZIP: trial balance, journal, a statement of each account, payments, and at the end a README with the sums as
 * they were written and how they tie together. A period that is not over ends 30 s ago, so that all parts are of the same postings.
 * @throws ProblemError `validation` for a period that has not begun
 */
export async function packFile(
  taking: Taking,
  input: PeriodInput & { first: string; last: string },
): Promise<ExportedFile> {
  const { deps, merchantId } = taking
  const asked = periodOf(input)
  const settled = new Date(Date.now() - SETTLED_MS).toISOString()
  if (asked.from !== null && asked.from >= settled)
    throw new ProblemError({
      kind: 'validation',
      detail: 'This period has not begun yet. Choose an earlier one.',
    })
  const over = asked.until !== null && asked.until <= settled
  const period = over ? asked : { from: asked.from, until: settled }
  const [lines, seals] = await Promise.all([
    trialBalance(deps.pages, merchantId, period),
    readSealState(deps.pages, merchantId),
  ])
  const used = lines.filter(isUsed)
  const sums = new PackSums()
  const { zone } = input
  const parts: PackPart[] = [
    { name: 'trial-balance.csv', text: () => csvText(trialBalanceTable(lines)) },
    {
      name: 'journal.csv',
      text: () => csvText(journalTable(taking, { period, zone }, (one) => sums.transaction(one))),
    },
    ...used.map((line) => ({
      name: `statements/${line.currency}-${line.code}.csv`,
      text: () =>
        csvText(statementTable(taking, line, { period, zone }, (balance) => sums.balance(line.id, balance))),
    })),
    {
      name: 'payments.csv',
      text: () =>
        csvText(
          paymentsTable(taking, { from: period.from, until: period.until }, zone, (one) => sums.payment(one)),
        ),
    },
    {
      name: 'README.txt',
      text: () => [packReadme({ input, period, over, lines: used, sums, seals, clock: localClock(zone) })],
    },
  ]
  return {
    name: `month-end-${input.first}-${input.last}.zip`,
    type: 'application/zip',
    pieces: zipOf(parts, new Date()),
  }
}

/** A file of the ZIP. Its text is made when its turn comes. */
interface PackPart {
  name: string
  text(): AsyncIterable<string> | Iterable<string>
}

/** The bytes of a ZIP, as they are read: one part after another, compressed, in constant memory. */
async function* zipOf(parts: readonly PackPart[], mtime: Date): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile()
  let writing: Readable | null = null
  const out = zip.outputStream as Readable
  zip.on('error', (error) => out.destroy(error as Error))
  for (const { name, text } of parts)
    zip.addReadStreamLazy(name, { mtime, compress: true }, (done) => {
      writing = Readable.from(text())
      done(null, writing)
    })
  zip.end()
  try {
    for await (const bytes of out) yield bytes as Uint8Array
  } finally {
    // Whoever went away ends the part that was being read.
    ;(writing as Readable | null)?.destroy()
  }
}
