import { type Accident, whyNever } from './accidents'
import type { History } from './history'
import { finalStatus } from './judge-acts'
import { PLAYED, type Played } from './played'
import type { Aim } from './strikes'

const NOT_STRUCK = 'not struck'

/** What a campaign has to show. */
export interface Shown {
  accidents: readonly Accident[]
  aims: readonly Aim[]
  /** Those of `aims` that have struck. */
  struck: ReadonlySet<Aim>
  history: History
}

/** Boundary × operation: how many were struck, and what became of them. Lines of a table in Markdown. */
export function table(shown: Shown): string[] {
  const cells = (accident: Accident) => PLAYED.map((played) => cell(shown, accident, played)).join(' | ')
  return [
    `| Id | What happens | ${PLAYED.join(' | ')} |`,
    `|---|---|${PLAYED.map(() => '---|').join('')}`,
    ...shown.accidents.map((accident) => `| ${accident.id} | ${accident.description} | ${cells(accident)} |`),
  ]
}

function cell({ aims, struck, history }: Shown, accident: Accident, played: Played): string {
  if (whyNever(accident, played) !== null) return '–'
  const met = aims.filter((aim) => aim.accident.id === accident.id && aim.played === played)
  if (met.length === 0) return 'not played'
  const counts = new Map<string, number>()
  for (const aim of met) {
    const outcome = struck.has(aim) ? outcomeOf(history, aim.key) : NOT_STRUCK
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  }
  return [...counts].map(([outcome, times]) => `${times} ${outcome}`).join(', ')
}

/** What became of one request in the end, as its client was told. */
function outcomeOf(history: History, key: string): string {
  const told = finalStatus(history, key)
  if (told === null) return 'parked'
  const first = history.tries.find((line) => line.key === key)
  return first?.outcome === 'answer' ? endOf(told) : `${endOf(told)} on retry`
}

function endOf(told: number): string {
  if (told < 300) return 'done'
  if (told === 402) return 'declined'
  return told === 502 ? 'not charged' : `answered ${told}`
}

/** A page for `docs`: the table, how it was made, and how it is read. */
export function tablePage(shown: Shown, command: string, on: Date): string {
  const reasons = new Set(
    shown.accidents.flatMap((accident) => PLAYED.flatMap((played) => whyNever(accident, played) ?? [])),
  )
  return `# What each accident did to each operation

Written by \`${command}\` on ${on.toISOString().slice(0, 10)}; not by hand. The accidents are those of
[failure-modes.md](failure-modes.md), played by \`lab/chaos\` on the built product: two servers, two workers, PostgreSQL and a bank. One that
is aimed at a step, a connection or an answer of the bank counts only for the very request that it was aimed at. One of the whole
installation (N5, D1, D2, D3, J4, G12) counts for the request that was sent next.

*checkout* is a shopper's press; the others are requests of a program by the HTTP API. *done*: carried out, once by the bank's own journal
and once by our books. *declined*, *not charged*: nothing moved, and the client was told so. *on retry*: the first request got no final
answer, and a later one under the same key did. *parked*: waits for a person, because the bank contradicts us. *not struck*: the accident
missed it. *–*: ${[...reasons].join(', or ')}.

${table(shown).join('\n')}
`
}
