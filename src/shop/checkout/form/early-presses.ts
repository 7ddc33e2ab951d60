/** The handler that the inline script installs as `window.early`. */
interface EarlyPressHandler {
  (event: SubmitEvent): void
  presses?: number
}

/**
 * Holds presses of Pay back until the page's script has loaded; otherwise the browser would post a form without a card
 * and lose what was typed. Also reloads a script that failed to load, from another address, since a browser remembers
 * that a module failed. A string, because it is inlined into the page's head.
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

/** Removes the early handler. @returns the number of presses it held back */
export function takeEarlyPresses(): number {
  const { early } = window as { early?: EarlyPressHandler }
  if (!early) return 0
  removeEventListener('submit', early)
  const presses = early.presses ?? 0
  early.presses = 0
  return presses
}
