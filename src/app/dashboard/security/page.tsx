import { caller } from '@/app/_trpc/caller'
import { Card } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'
import { PageCheck } from './_parts/page-check'
import { ViolationTable } from './_parts/violation-table'

export const metadata = { title: 'Security' }

export default async function Page() {
  const api = await caller()
  const [{ violations }, check] = await Promise.all([api.security.violations(), api.security.pageCheck()])
  return (
    <>
      <PageHeader
        title="Security"
        note="What browsers refused to load or run on our pages, as they report it (Content-Security-Policy). One row per rule, address and page."
      />
      <PageCheck check={check} />
      <Card>
        {violations.length === 0 ? (
          <EmptyState title="No browser has reported anything">
            Each page allows only our own scripts and styles. If one is changed or added, it does not run, and
            the browser’s report appears here.
          </EmptyState>
        ) : (
          <ViolationTable rows={violations} />
        )}
      </Card>
      <p className="mt-4 max-w-[80ch] text-ink-3 text-ui">
        Reports come from readers’ browsers: anybody can send one, and an extension of a reader’s browser can
        cause one. A row that many readers cause on the checkout needs a look at once. Rows without a report
        for 90 days are removed.
      </p>
    </>
  )
}
