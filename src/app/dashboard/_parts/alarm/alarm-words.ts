import type { AlertBarData } from '../api'

/** What the bar says; null: all is well, or somebody has taken it on. */
export interface AlarmWords {
  title: string
  note: string
}

/** @param bar what is open, from the server */
export function alarmWords(bar: AlertBarData): AlarmWords | null {
  const { broken, brokenAcknowledged, money, workerDeadSince, unwatchedSince } = bar
  const sentences = [
    broken > 0 ? `${count(broken, 'invariant')} broken` : null,
    money > 0 ? `${count(money, 'alert', ' about money')} open` : null,
    workerDeadSince ? 'No worker is running' : unwatchedSince ? 'Nobody looks for alerts' : null,
  ].filter((sentence) => sentence !== null)
  if (sentences.length === 0) return null
  return { title: `${sentences.join('. ')}.`, note: noteOf(bar, broken - brokenAcknowledged) }
}

function noteOf({ broken, money, workerDeadSince }: AlertBarData, open: number): string {
  if (workerDeadSince) return 'Payments go on. What is in doubt waits, and new alerts are not found.'
  if (broken > 0 && open <= 0)
    return money === 0
      ? 'Somebody has taken it on. This stays here until it holds again.'
      : 'Somebody has taken on what is broken; nobody has taken on the rest yet.'
  return 'Nobody has taken it on yet. The page says what it means and what to do.'
}

const count = (number: number, noun: string, of = '') =>
  `${number} ${noun}${number === 1 ? '' : 's'}${of} ${number === 1 ? 'is' : 'are'}`
