import type { ReactNode } from 'react'
import { cx } from './cx'

/**
 * A name from outside, in any script: an item, a merchant, a reference. `inline-block` besides `<bdi>`, since a name may
 * contain direction marks that it does not close, and `<bdi>` alone would let them reverse the amount beside it.
 */
export function Verbatim({ className, children }: { className?: string; children: ReactNode }) {
  return <bdi className={cx('inline-block max-w-full break-words', className)}>{children}</bdi>
}
