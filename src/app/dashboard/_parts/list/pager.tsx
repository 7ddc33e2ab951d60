import Link from 'next/link'
import { buttonClass } from '@/ui/button'
import { Icon } from '@/ui/icon'

/**
 * Keyset paging with real links: each page has its own address, and Back leads to the page before.
 * @param what plural noun of the listed things
 * @param byTime newest first; false: in another order
 */
export function Pager({
  path,
  params,
  nextCursor,
  what,
  byTime = true,
}: {
  path: string
  params: Record<string, string>
  nextCursor: string | null
  what: string
  byTime?: boolean
}) {
  const { after, ...filters } = params
  if (!after && !nextCursor) return null
  const words = byTime
    ? { first: `Newest ${what}`, next: `Older ${what}`, last: `The oldest ${what}` }
    : { first: 'First page', next: 'Next page', last: 'The last page' }
  return (
    <nav
      aria-label="Pages"
      className="flex items-center justify-between gap-3 border-line border-t px-4 py-3 sm:px-5"
    >
      {after ? (
        <Link href={`${path}?${new URLSearchParams(filters)}`} className={buttonClass('secondary', 'sm')}>
          <Icon name="arrowLeft" size={14} />
          {words.first}
        </Link>
      ) : (
        <span className="text-ink-3 text-ui">{words.first}</span>
      )}
      {nextCursor ? (
        <Link
          href={`${path}?${new URLSearchParams({ ...filters, after: nextCursor })}`}
          className={buttonClass('secondary', 'sm')}
        >
          {words.next}
          <Icon name="arrowRight" size={14} />
        </Link>
      ) : (
        <span className="text-ink-3 text-ui">{words.last}</span>
      )}
    </nav>
  )
}
