'use client'
import Link from 'next/link'
import { type KeyboardEvent, type ToggleEvent, useId, useRef } from 'react'
import { buttonClass } from '@/ui/button'
import { cx } from '@/ui/cx'
import type { RoleName } from './api'
import { useMay } from './frame/by-role'
import { ROLE_LABELS } from './role-labels'

/** An action, or a link. `needs`: whoever has a lower role reads that it needs this one. */
export type MenuItem = { label: string; needs?: RoleName } & ({ href: string } | { act(): void })

const ITEM =
  'block w-full rounded-sm px-3 py-1.5 text-left text-ink text-ui no-underline hover:bg-muted focus-visible:bg-muted'

/**
 * Actions behind one button. A popover of the browser: it closes by Escape or a click elsewhere, and focus returns. Arrows, Home and End move.
 * @param label says what the actions are about
 */
export function Menu({ label, items }: { label: string; items: readonly MenuItem[] }) {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const [support, admin] = [useMay('support'), useMay('admin')]
  const allows = (role: RoleName) => ({ viewer: true, support, admin })[role]
  const entries = () => [...(list.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]
  const place = ({ newState }: ToggleEvent) => {
    const menu = list.current
    const from = button.current?.getBoundingClientRect()
    if (newState !== 'open' || !menu || !from) return
    const below = from.bottom + 4
    const fits = below + menu.offsetHeight <= window.innerHeight
    menu.style.top = `${Math.max(8, fits ? below : from.top - menu.offsetHeight - 4)}px`
    menu.style.left = `${Math.max(8, from.right - menu.offsetWidth)}px`
    entries()[0]?.focus()
  }
  const move = (event: KeyboardEvent) => {
    const all = entries()
    const at = all.indexOf(document.activeElement as HTMLElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    all.at(to % all.length)?.focus()
  }
  if (items.length === 0) return null
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-haspopup="menu"
        popoverTarget={id}
        className={buttonClass('secondary', 'sm', 'relative z-10')}
      >
        <span className="sr-only">{label}</span>
        <span aria-hidden="true">⋯</span>
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        tabIndex={-1}
        onToggle={place}
        onKeyDown={move}
        className="fixed inset-auto m-0 min-w-52 rounded-md border border-line bg-surface p-1 text-ink shadow-card"
      >
        {items.map((item) =>
          item.needs && !allows(item.needs) ? (
            <span
              key={item.label}
              role="menuitem"
              aria-disabled="true"
              tabIndex={-1}
              className={cx(ITEM, 'cursor-default text-ink-3!')}
            >
              {item.label}: needs the role {ROLE_LABELS[item.needs].word}
            </span>
          ) : 'href' in item ? (
            <Link key={item.label} role="menuitem" tabIndex={-1} href={item.href} className={ITEM}>
              {item.label}
            </Link>
          ) : (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              className={cx(ITEM, 'cursor-default')}
              onClick={() => {
                list.current?.hidePopover()
                item.act()
              }}
            >
              {item.label}
            </button>
          ),
        )}
      </div>
    </>
  )
}
