'use client'
import { Card, CardHeader } from '@/ui/card'
import { api } from '../api'
import { useLive } from '../live/live-query'
import { ParkedCases } from './parked-cases'

/** Charges at the bank under keys that we do not know. Absent while there are none. */
export function StrayCharges() {
  const { data, refetch } = useLive(['strays'], () => api.resolutions.strays.query(), undefined, {
    on: ['acts', 'payments'],
    everyMs: 15_000,
  })
  const waiting = useLive(['resolutions'], () => api.resolutions.waiting.query(), undefined, {
    on: ['acts', 'payments'],
  })
  if (!data || data.cases.length === 0) return null
  const waits = new Set(waiting.data?.resolutions.map(({ subject, bankRef }) => bankRef ?? subject))
  const refresh = () => {
    void refetch()
    void waiting.refetch()
  }
  return (
    <div className="mb-4">
      <Card>
        <CardHeader
          title="Charges that no payment explains"
          note="A parked payment of the same amount can be ended with such a charge, on its own page, by the bank’s reference."
        />
        <ParkedCases
          cases={data.cases}
          waits={(subject) => waits.has(subject)}
          mayPropose={data.mayPropose}
          onChange={refresh}
        />
      </Card>
    </div>
  )
}
