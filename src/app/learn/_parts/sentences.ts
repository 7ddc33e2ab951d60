import type { LessonView } from '../_model/lesson'
import type { SideView } from '../_model/side'
import type { TakenStep } from '../_model/steps'

/** What to do about a key that no request may carry. */
export const UNUSABLE_KEY = 'Enter a key of 1 to 255 printable ASCII characters.'

/** What the counter of a side means: only what its numbers prove. */
export function verdictOf({ sent, purchases, charges }: SideView): {
  tone: 'neutral' | 'ok' | 'bad'
  text: string
} {
  if (sent === 0) return { tone: 'neutral', text: 'Nothing was sent yet.' }
  if (charges === 0) return { tone: 'neutral', text: 'Nothing was charged.' }
  if (purchases > 1)
    return {
      tone: charges > purchases ? 'bad' : 'neutral',
      text: `${charges} charges for ${purchases} keys.`,
    }
  return charges === 1
    ? { tone: 'ok', text: 'Charged once.' }
    : { tone: 'bad', text: `${count(charges - 1, 'charge')} too many.` }
}

/** Requests that were sent, and under how many keys. */
export function sentSentence({ sent, purchases }: SideView): string {
  return `${count(sent, 'request')}, ${count(purchases, 'key')}`
}

/** For screen readers: what has just happened on both sides; at the end, the counters. */
export function progressSentence(view: LessonView): string {
  const down = view.naive.alive || view.safe.alive ? '' : 'Both servers are down. '
  return view.waiting
    ? `Naive: ${lastStep(view.naive)} Safe: ${lastStep(view.safe)}`
    : `${down}Naive: ${endOf(view.naive)} Safe: ${endOf(view.safe)}`
}

/** With the requests, so that a press that changes no charge is announced, too. */
const endOf = (side: SideView) => `${verdictOf(side).text} ${sentSentence(side)}.`

/** The step that was taken last, and the one that is next. */
function lastStep({ taken, upcoming }: SideView): string {
  const last = taken.at(-1)
  const done = last ? `${stepSentence(last)}.` : 'no step yet.'
  return upcoming ? `${done} Next: ${upcoming}.` : done
}

/** What a step did, and what came of it; a question and its answer, where it is one. */
export function stepSentence({ title, result }: TakenStep): string {
  return `${title}${title.endsWith('?') ? '' : ':'} ${result}`
}

/** Whether the client got the same text each time; null while there are fewer than two answers. */
export function sameness(view: SideView, key: string): string | null {
  const bodies = answersOf(view, key).map(({ reply }) => reply?.body)
  if (bodies.length < 2) return null
  const different = new Set(bodies).size
  return different === 1
    ? `${bodies.length} answers, the same text each time.`
    : `${bodies.length} answers, ${different} different texts.`
}

/** The answers that its clients have got under this key. */
export function answersOf(view: SideView, key: string) {
  return view.requests.filter((request) => request.key === key && request.reply !== null)
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`
}
