import Link from 'next/link'
import { cx } from '@/ui/cx'
import { LINK } from '@/ui/nav'
import { Timestamp } from '@/ui/timestamp'
import type { LedgerCheckData } from '../api'

export type OffenderView = Pick<Offender, 'kind' | 'id' | 'detail'> & Partial<Offender>
type Offender = LedgerCheckData['broken'][number]['offenders'][number]

/** Which check found it. */
const FOUND_BY = { changes: 'the check of what is new', whole: 'the check of every row' } as const

/** The dashboard page of each kind of row that has one. */
const PAGES: Record<string, string> = {
  payment: '/dashboard/payments',
  idempotency_record: '/dashboard/idempotency',
  account: '/dashboard/ledger',
}

/** The rows that break an invariant, each with what is wrong. */
export function OffenderList({
  offenders,
  className,
}: {
  offenders: readonly OffenderView[]
  className?: string
}) {
  return (
    <ul className={cx('break-all font-mono text-xs', className)}>
      {offenders.map(({ kind, id, detail, foundBy, foundAt }) => (
        <li key={`${kind} ${id} ${detail}`}>
          <Subject kind={kind} id={id} />: {detail}
          {foundBy && foundAt && (
            <span className="text-ink-3">
              {' '}
              (found by {FOUND_BY[foundBy]}, <Timestamp at={foundAt} seconds={false} />)
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}

function Subject({ kind, id }: { kind: string; id: string }) {
  const page = PAGES[kind]
  const shown = `${kind.replaceAll('_', ' ')} ${id}`
  return page ? (
    <Link href={`${page}/${id}`} className={LINK}>
      {shown}
    </Link>
  ) : (
    shown
  )
}
