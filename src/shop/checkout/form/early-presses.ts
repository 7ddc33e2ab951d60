/** What stands in the page itself, and is there from the first byte on. */
interface EarlyPressHandler {
  (event: SubmitEvent): void
  presses?: number
}

/**
 * Holds presses of Pay back until the page's script is there: the browser would post a form that has no card yet, and forget what was
 * typed. A script that is lost on the way is asked for again, under another address, since a browser remembers that a module failed.
 * As text, since it stands in the page's head.
 */
export const EARLY_PRESSES_SCRIPT = `addEventListener('submit', window.early = (event) => {
  if (!event.target.action.endsWith('/pay')) return
  event.preventDefault()
  early.presses = (early.presses || 0) + 1
})
addEventListener('error', ({ target }) => {
  if (target.type !== 'module') return
  const again = document.createElement('script')
  again.type = 'module'
  again.src = target.src + '&again'
  setTimeout(() => document.head.append(again), 2000)
}, true)`

/** From now on the form answers for itself. @returns how often Pay was pressed until then */
export function takeEarlyPresses(): number {
  const { early } = window as { early?: EarlyPressHandler }
  if (!early) return 0
  removeEventListener('submit', early)
  const presses = early.presses ?? 0
  early.presses = 0
  return presses
}
