import { type LinkedView, ViewLinks } from '../../_parts/frame/view-links'
import type { ViewName } from './views'

type TabName = ViewName | 'all' | 'unknown' | 'parked'

const BASE = '/dashboard/idempotency'
const TABS: readonly LinkedView<TabName>[] = [
  { name: 'all', href: BASE, word: 'All keys' },
  { name: 'hot', href: `${BASE}?view=hot`, word: 'Most requests' },
  { name: 'mismatches', href: `${BASE}?view=mismatches`, word: 'Other payload' },
  { name: 'late', href: `${BASE}?view=late`, word: 'Late retries' },
  { name: 'unknown', href: `${BASE}?state=unknown`, word: 'In doubt' },
  { name: 'parked', href: `${BASE}?state=parked`, word: 'Parked' },
]

export function ViewTabs({ here }: { here: TabName | null }) {
  return <ViewLinks label="Views of the keys" views={TABS} here={here} className="mb-4" />
}
