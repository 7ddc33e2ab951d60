import Link from 'next/link'
import { cx } from '@/ui/cx'

export interface TabLink {
  href: string
  word: string
  here: boolean
  /** Behind the word; empty: nothing is known yet. */
  count?: string
  /** Only the rows below it change: the page stays where it is scrolled to. */
  keepsPlace?: boolean
}

/** Views of one page as tabs: links, so that each has an address. On a phone they scroll. */
export function TabLinks({
  label,
  tabs,
  className,
}: {
  label: string
  tabs: readonly TabLink[]
  className?: string
}) {
  return (
    <nav aria-label={label} className={cx('overflow-x-auto border-line border-b', className)}>
      <ul className="flex min-w-max gap-1">
        {tabs.map(({ href, word, here, count, keepsPlace }) => (
          <li key={href}>
            <Link
              href={href}
              scroll={!keepsPlace}
              {...(here ? { 'aria-current': 'page' as const } : {})}
              // A tab at the rim may be in view by a few pixels only, for which browsers do not scroll.
              onFocus={(event) => event.currentTarget.scrollIntoView({ block: 'nearest', inline: 'center' })}
              className={cx(
                '-outline-offset-2 inline-flex h-10 items-center gap-1.5 border-b-2 px-2.5 font-medium text-ui no-underline',
                here ? 'border-accent text-ink' : 'border-transparent text-ink-2 hover:text-ink',
              )}
            >
              {word}
              {count !== undefined && <span className="figures font-normal text-ink-3">{count}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
