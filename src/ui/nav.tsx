import type { ReactNode } from 'react'
import { cx } from './cx'

/** The first link of every page: skips the navigation. */
export function SkipLink({
  to = 'content',
  children = 'Skip to the content',
}: {
  to?: string
  children?: ReactNode
}) {
  return (
    <a
      href={`#${to}`}
      className="sr-only z-50 rounded-md bg-accent px-3 py-2 font-medium text-on-accent focus:not-sr-only focus:fixed focus:start-3 focus:top-3"
    >
      {children}
    </a>
  )
}

/** The mark: a filled circle before a hollow one, since one of many presses counts. */
export function Logo({ className }: { className?: string }) {
  return (
    <span
      className={cx(
        'inline-flex items-center gap-2 font-semibold text-[0.9375rem] tracking-tight',
        className,
      )}
    >
      <svg aria-hidden="true" width="22" height="22" viewBox="0 0 22 22" fill="none">
        <rect width="22" height="22" rx="6" fill="var(--color-accent)" />
        <circle cx="14.5" cy="11" r="3.75" stroke="#fff" strokeOpacity="0.55" strokeWidth="1.5" />
        <circle cx="9" cy="11" r="4.5" fill="#fff" />
      </svg>
      Payonce
    </span>
  )
}

/** The bar above a page: the mark, links, and the reader's own settings at the end. */
export function TopBar({
  home,
  links,
  end,
  wide = false,
}: {
  home: ReactNode
  links?: ReactNode
  end?: ReactNode
  wide?: boolean
}) {
  return (
    <header className="border-line border-b bg-surface print:hidden">
      <div
        className={cx(
          'mx-auto flex min-h-14 flex-wrap items-center gap-x-2 gap-y-1 px-4 py-2 sm:gap-x-6 sm:px-6',
          wide ? 'max-w-[90rem]' : 'max-w-5xl',
        )}
      >
        {home}
        {links && <div className="flex flex-wrap items-center gap-1">{links}</div>}
        <div className="ms-auto flex items-center gap-2">{end}</div>
      </div>
    </header>
  )
}

/** The classes of a navigation link; put `aria-current="page"` on the current one. */
export function navLinkClass(className?: string): string {
  return cx(
    'inline-flex h-8 items-center gap-2 rounded-md px-2.5 font-medium text-ink-2 text-ui no-underline transition-colors hover:bg-muted hover:text-ink aria-[current=page]:bg-muted aria-[current=page]:text-ink',
    className,
  )
}

/** The classes of a link in running text. */
export const LINK =
  'text-link underline decoration-1 decoration-link/40 underline-offset-[3px] hover:decoration-link'
