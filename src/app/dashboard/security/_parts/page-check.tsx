import { Banner } from '@/ui/banner'
import { Timestamp } from '@/ui/timestamp'
import type { PageCheckData } from '../../_parts/api'

/** Whether the checkout that browsers get is the one that was built. */
export function PageCheck({ check }: { check: PageCheckData }) {
  if (!check?.lastFinishedAt || check.compared === 0)
    return (
      <p className="mb-4 text-ink-2 text-ui">
        The checkout has not been compared with the build yet: there was no order to open, or it could not be
        reached.
      </p>
    )
  return (
    <div className="mb-4">
      {check.failures > 0 && (
        <Banner
          tone="bad"
          title={`The checkout differed from the build in ${check.failures} of ${check.compared} comparisons`}
        >
          {check.lastError}
        </Banner>
      )}
      <p className="mt-2 text-ink-2 text-ui">
        The checkout’s headers and scripts are compared with the build every 10 minutes. Last check:{' '}
        <Timestamp at={check.lastFinishedAt} />
        {check.failures === 0 && ', no difference so far'}.
      </p>
    </div>
  )
}
