import { Money } from '@/ui/money'
import { TabLinks } from '../frame/tab-links'
import { formatCount, oneOf } from '../words'

/** How many rows of a list are of a state, and what their amounts sum up to. */
export interface StateCount<State extends string> {
  state: State
  currency: string
  rows: number
  amount: number | string
}

export interface StateCounts<State extends string> {
  /** Null: more than `countedMax`, which are not counted. */
  counts: readonly StateCount<State>[] | null
  countedMax: number
}

/**
 * The states of a list's rows as tabs, each with its number.
 * @param counts undefined: not counted yet
 * @param hrefOf the list of one state; null: of all
 */
export function StateTabs<State extends string>({
  label,
  states,
  here,
  counts,
  wordOf,
  hrefOf,
}: {
  label: string
  states: readonly State[]
  here: State | null
  counts: StateCounts<State> | undefined
  wordOf(state: State): string
  hrefOf(state: State | null): string
}) {
  const tabs = [null, ...states].map((state) => ({
    href: hrefOf(state),
    word: state ? wordOf(state) : 'All',
    here: here === state,
    count: countText(counts, state),
    keepsPlace: true,
  }))
  return <TabLinks label={label} tabs={tabs} className="mb-3" />
}

/** Empty: not counted yet, or too many to count one by one. */
function countText<State extends string>(
  counts: StateCounts<State> | undefined,
  state: State | null,
): string {
  if (!counts) return ''
  if (!counts.counts) return state ? '' : `${formatCount(counts.countedMax)}+`
  return formatCount(total(counts.counts.filter((row) => state === null || row.state === state)))
}

/**
 * How many rows are listed, and their sums by currency.
 * @param what plural noun of the rows
 * @param summed the state whose amounts are summed where all are listed, and the word for it; null: all amounts are
 */
export function ListSums<State extends string>({
  what,
  here,
  counts,
  summed,
}: {
  what: string
  here: State | null
  counts: StateCounts<State> | undefined
  summed: { state: State; word: string } | null
}) {
  return (
    <p role="status" className="mb-2 flex min-h-5 flex-wrap gap-x-3 gap-y-1 text-ink-2 text-ui">
      {counts &&
        (counts.counts ? (
          <Sums what={what} rows={counts.counts} here={here} summed={summed} />
        ) : (
          `More than ${formatCount(counts.countedMax)} match: they are not added up. Narrow the filter to see their sum.`
        ))}
    </p>
  )
}

/** Currencies of which the sums are shown; the others are only counted. */
const SUMS_SHOWN = 4

function Sums<State extends string>({
  what,
  rows,
  here,
  summed,
}: {
  what: string
  rows: readonly StateCount<State>[]
  here: State | null
  summed: { state: State; word: string } | null
}) {
  const listed = rows.filter(({ state }) => here === null || state === here)
  const of = here ?? summed?.state ?? null
  const sums = byCurrency(listed.filter(({ state }) => of === null || state === of))
  const n = total(listed)
  const more = sums.length - SUMS_SHOWN
  return (
    <>
      <span>
        <b className="figures font-semibold text-ink">{formatCount(n)}</b> {n === 1 ? oneOf(what) : what}
      </span>
      {sums.slice(0, SUMS_SHOWN).map(({ currency, amount }) => (
        <span key={currency}>
          <b className="font-semibold text-ink">
            <Money minor={amount} currency={currency} />
          </b>
          {summed && of === summed.state ? ` ${summed.word}` : ''}
        </span>
      ))}
      {more > 0 && <span>and {more} more currencies</span>}
    </>
  )
}

/** Exact: a sum may be a string of more digits than a number has. */
function byCurrency(rows: readonly { currency: string; amount: number | string }[]) {
  const sums = new Map<string, bigint>()
  for (const { currency, amount } of rows) sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(amount))
  return [...sums].map(([currency, amount]) => ({ currency, amount: amount.toString() }))
}

function total(rows: readonly { rows: number }[]): number {
  return rows.reduce((sum, row) => sum + row.rows, 0)
}
