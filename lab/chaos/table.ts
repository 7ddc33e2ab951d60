import type { Accident } from './accidents'
import type { History } from './history'
import { finalStatus } from './judge-acts'
import { PLAYED, type Played } from './played'
import type { Campaign } from './rounds'

/** What became of one request in the end, as its client was told. */
function outcomeOf(history: History, key: string): string {
  const told = finalStatus(history, key)
  if (told === null) return 'parked'
  const ended =
    told < 300 ? 'done' : told === 402 ? 'declined' : told === 502 ? 'not charged' : `answered ${told}`
  const first = history.tries.find((line) => line.key === key)
  return first?.outcome === 'answer' ? ended : `${ended} after doubt`
}

/** Boundary × operation: how many met it, and what became of them. Lines of a table in Markdown. */
export function table(accidents: readonly Accident[], campaign: Campaign, history: History): string[] {
  const met = [
    ...campaign.purchases.map((one) => ({ ...one, played: 'checkout' as Played })),
    ...campaign.acts,
  ]
  const cell = (id: string, played: Played) => {
    const counts = new Map<string, number>()
    for (const one of met)
      if (one.accident === id && one.played === played) {
        const outcome = outcomeOf(history, one.key)
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
      }
    return [...counts].map(([outcome, times]) => `${times} ${outcome}`).join(', ') || '–'
  }
  return [
    `| Boundary | What happens | ${PLAYED.join(' | ')} |`,
    `|---|---|${PLAYED.map(() => '---|').join('')}`,
    ...accidents.map(
      ({ id, description }) =>
        `| ${id} | ${description} | ${PLAYED.map((played) => cell(id, played)).join(' | ')} |`,
    ),
  ]
}
