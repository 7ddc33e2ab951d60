'use client'
import { Card, CardHeader } from '@/ui/card'
import { api } from '../api'
import { useLive } from '../live/live-query'
import { ParkedCases } from './parked-cases'
import { ResolutionList } from './resolution-list'

/** What is parked of a payment, and how two admins end it or have ended it. Absent while there is neither. */
export function PaymentResolutions({ payment, onChange }: { payment: string; onChange(): void }) {
  const { data, refetch } = useLive(
    ['resolutions', payment],
    () => api.resolutions.ofPayment.query({ payment }),
    undefined,
    { on: ['acts', 'payments'] },
  )
  if (!data || (data.cases.length === 0 && data.resolutions.length === 0)) return null
  const refresh = () => {
    void refetch()
    onChange()
  }
  const open = new Set(
    data.resolutions.filter(({ status }) => status === 'open').map(({ subject }) => subject),
  )
  return (
    <Card>
      <CardHeader
        title="End what is parked"
        note="One admin proposes an end by the bank’s statement, another confirms it. It is done once, at the confirmation."
      />
      <ParkedCases
        cases={data.cases}
        waits={(subject) => open.has(subject)}
        mayPropose={data.mayPropose}
        onChange={refresh}
      />
      {data.resolutions.length > 0 && <ResolutionList resolutions={data.resolutions} onChange={refresh} />}
    </Card>
  )
}
