import type { ReactNode } from 'react'
import { cx } from './cx'
import { Glyph, type OutcomeName } from './status'

/** An ordered list of events, each with its glyph on the line. */
export function Timeline({ className, children }: { className?: string; children: ReactNode }) {
  return <ol className={cx('relative', className)}>{children}</ol>
}

export function TimelineItem({
  outcome,
  title,
  time,
  children,
}: {
  outcome?: OutcomeName
  title: ReactNode
  time?: ReactNode
  children?: ReactNode
}) {
  return (
    <li className="group relative flex gap-3 pb-5 last:pb-0">
      <span
        aria-hidden="true"
        className="absolute top-5 start-[0.6875rem] bottom-0 w-px bg-line group-last:hidden"
      />
      <span className="flex size-[1.4375rem] shrink-0 items-center justify-center rounded-full border border-line bg-surface">
        {outcome ? (
          <Glyph outcome={outcome} size={11} />
        ) : (
          <span aria-hidden="true" className="size-1.5 rounded-full bg-edge" />
        )}
      </span>
      <div className="min-w-0 flex-1 pt-px">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <p className="font-medium text-sm">{title}</p>
          {time && <p className="figures text-ink-3 text-xs">{time}</p>}
        </div>
        {children && <div className="mt-0.5 text-ink-2 text-ui">{children}</div>}
      </div>
    </li>
  )
}
