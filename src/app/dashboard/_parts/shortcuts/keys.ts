/** The letter that leads to a page after `g`. A page that is not named here has none. */
export const GO: Record<string, string> = {
  '/dashboard': 'o',
  '/dashboard/alerts': 'a',
  '/dashboard/payments': 'p',
  '/dashboard/orders': 'r',
  '/dashboard/links': 'k',
  '/dashboard/ledger': 'l',
  '/dashboard/reconciliation': 'b',
  '/dashboard/idempotency': 'i',
  '/dashboard/inbox': 'n',
  '/dashboard/integrity': 't',
  '/dashboard/audit': 'u',
  '/dashboard/developers': 'd',
  '/dashboard/webhooks': 'w',
  '/dashboard/security': 's',
  '/dashboard/settings': 'c',
}

/** How long `g` waits for its letter, in ms: long enough for one finger, short enough to be forgotten. */
export const SEQUENCE_MS = 1_500

export type Pressed =
  | { does: 'nothing'; waiting: boolean }
  | { does: 'help' }
  | { does: 'find' }
  | { does: 'go'; href: string }

/**
 * What a single key does.
 * @param waiting `g` was pressed within `SEQUENCE_MS`
 */
export function pressed(key: string, waiting: boolean): Pressed {
  if (waiting) {
    const href = Object.keys(GO).find((place) => GO[place] === key.toLowerCase())
    if (href) return { does: 'go', href }
  }
  if (key === '?') return { does: 'help' }
  if (key === '/') return { does: 'find' }
  return { does: 'nothing', waiting: key === 'g' }
}

interface Stroke {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  repeat: boolean
  isComposing: boolean
  defaultPrevented: boolean
}

/** Whether a stroke may be a shortcut: no modifier but Shift, no composition, and nothing else has taken it. */
export const isSingleKey = (stroke: Stroke): boolean =>
  stroke.key.length === 1 &&
  !stroke.ctrlKey &&
  !stroke.metaKey &&
  !stroke.altKey &&
  !stroke.repeat &&
  !stroke.isComposing &&
  !stroke.defaultPrevented

/** Elements in which a key is text, or chooses: a single key never acts from there. */
export const TYPING =
  'input, textarea, select, [contenteditable], [role="combobox"], [role="listbox"], [role="menu"]'
