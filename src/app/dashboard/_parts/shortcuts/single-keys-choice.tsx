'use client'
import { singleKeys } from './choice'

/** The switch for shortcuts of a single key, which speech input may set off. */
export function SingleKeysChoice() {
  const on = singleKeys.useValue()
  return (
    <label htmlFor="single-keys" className="flex min-h-6 items-start gap-2.5 text-ui">
      <input
        id="single-keys"
        type="checkbox"
        checked={on}
        onChange={(event) => singleKeys.choose(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        Shortcuts of a single key
        <span className="block text-ink-3 text-xs">
          Switch them off where speech input or a slip could press them. Ctrl K and ⌘ K always work. Kept in
          this browser.
        </span>
      </span>
    </label>
  )
}
