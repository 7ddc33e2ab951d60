import type { ReactNode } from 'react'
import { cx } from './cx'

/** A surface for one subject. */
export function Card({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <section className={cx('rounded-lg border border-line bg-surface shadow-card', className)}>
      {children}
    </section>
  )
}

export function CardHeader({
  title,
  note,
  actions,
  level = 2,
}: {
  title: ReactNode
  note?: ReactNode
  actions?: ReactNode
  level?: 2 | 3
}) {
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-line not-last:border-b px-4 py-3 sm:px-5">
      <div className="min-w-0">
        <Heading className="font-semibold text-sm">{title}</Heading>
        {note && <p className="max-w-[75ch] text-ink-3 text-ui">{note}</p>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  )
}

export function CardBody({ className, children }: { className?: string; children: ReactNode }) {
  return <div className={cx('px-4 py-4 sm:px-5', className)}>{children}</div>
}

/** One figure with its label, and a note to compare it with. */
export function Stat({
  label,
  value,
  note,
  className,
}: {
  label: ReactNode
  value: ReactNode
  note?: ReactNode
  className?: string
}) {
  return (
    <div
      className={cx('min-w-0 rounded-lg border border-line bg-surface px-4 py-3.5 shadow-card', className)}
    >
      <p className="text-ink-3 text-ui">{label}</p>
      <p className="figures mt-1 truncate font-semibold text-2xl tracking-tight">{value}</p>
      {note && <p className="mt-1 text-ink-3 text-xs">{note}</p>}
    </div>
  )
}

/** A list of name and value pairs. */
export function Facts({ className, children }: { className?: string; children: ReactNode }) {
  return <dl className={cx('divide-y divide-line', className)}>{children}</dl>
}

export function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-0.5 py-2">
      <dt className="min-w-0 text-ink-3 text-ui">{name}</dt>
      <dd className="ms-auto min-w-0 text-end text-sm">{children}</dd>
    </div>
  )
}
