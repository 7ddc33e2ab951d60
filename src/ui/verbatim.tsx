import type { ReactNode } from 'react'
import { cx } from './cx'

/**
 * What somebody else named, in whatever script: an item, a merchant, a reference. A box of its own (`inline-block`) and not only `<bdi>`:
 * a name may hold marks of direction that it does not close, and `<bdi>` alone lets those out, over the amount that stands beside it.
 */
export function Verbatim({ className, children }: { className?: string; children: ReactNode }) {
  return <bdi className={cx('inline-block max-w-full break-words', className)}>{children}</bdi>
}
