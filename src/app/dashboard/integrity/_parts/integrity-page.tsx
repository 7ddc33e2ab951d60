'use client'
import { PageHeader } from '@/ui/page-header'
import { api, type IntegrityData } from '../../_parts/api'
import { ByRole } from '../../_parts/frame/by-role'
import { CheckedLine } from '../../_parts/ledger/checked'
import { useLive } from '../../_parts/live/live-query'
import { StaleDataBanner } from '../../_parts/live/stale-data'
import { CheckEverything } from './check-everything'
import { InvariantList } from './invariant-list'
import { headline, isProven } from './verdict'
import { VerdictCard } from './verdict-card'

const PARTS = [
  { part: 'across', title: 'Keys, payments and the bank', note: 'Each compared with the others.' },
  { part: 'ledger', title: 'Ledger', note: 'The entries by themselves, and compared with the payments.' },
] as const

export function IntegrityPage({ initial }: { initial: IntegrityData }) {
  const query = useLive(['integrity'], () => api.integrity.check.query(), initial)
  const verdict = query.data ?? initial
  return (
    <>
      <PageHeader
        title="Integrity"
        note="Rules that must always hold. What is new is checked within seconds, every row once a day."
        actions={
          <ByRole needs="admin" what="Check everything now">
            <CheckEverything asked={verdict.asked} onAsked={() => query.refetch()} />
          </ByRole>
        }
      />
      <p role="status" className="sr-only">
        {headline(verdict)}
      </p>
      <StaleDataBanner query={query} />
      <div className="flex flex-col gap-4">
        <VerdictCard
          verdict={verdict}
          age={<CheckedLine checked={verdict} receivedAt={query.dataUpdatedAt} />}
        />
        {PARTS.map(({ part, title, note }) => (
          <InvariantList
            key={part}
            title={title}
            note={note}
            proven={isProven(verdict)}
            findings={verdict.findings.filter((finding) => finding.part === part)}
          />
        ))}
      </div>
      <p className="mt-4 max-w-[80ch] text-ink-3 text-ui">
        For each invariant, the first 20 offending rows are listed; one stays listed until a later check of
        that very row finds it right. The command <code className="font-mono text-xs">npm run verify</code>{' '}
        checks every row of all merchants, and also what belongs to none: a charge without a payment, a
        connection left open.
      </p>
    </>
  )
}
