import Link from 'next/link'
import { cx } from '@/ui/cx'
import { navLinkClass } from '@/ui/nav'

/** A view of a page's subject, with an address of its own. */
export interface LinkedView<Name extends string> {
  name: Name
  href: string
  word: string
}

/**
 * The way from one view of a subject to the others, as one row of links that wraps.
 * @param here the view that is shown; null: none of them
 */
export function ViewLinks<Name extends string>({
  label,
  views,
  here,
  className,
}: {
  label: string
  views: readonly LinkedView<Name>[]
  here: Name | null
  className?: string
}) {
  return (
    <nav
      aria-label={label}
      className={cx(
        'flex w-fit max-w-full flex-wrap gap-0.5 rounded-md border border-line bg-surface p-0.5 shadow-card',
        className,
      )}
    >
      {views.map(({ name, href, word }) => (
        <Link
          key={name}
          href={href}
          {...(name === here ? { 'aria-current': 'page' as const } : {})}
          className={navLinkClass('h-7 rounded-sm')}
        >
          {word}
        </Link>
      ))}
    </nav>
  )
}
