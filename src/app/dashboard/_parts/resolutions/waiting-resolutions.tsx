'use client'
import { Card, CardHeader } from '@/ui/card'
import { api } from '../api'
import { useLive } from '../live/live-query'
import { ResolutionList } from './resolution-list'

/** Proposed ends that wait for another admin, the oldest first. Absent while there are none. */
export function WaitingResolutions() {
  const { data, refetch } = useLive(['resolutions'], () => api.resolutions.waiting.query(), undefined, {
    on: ['acts', 'payments'],
  })
  if (!data || data.resolutions.length === 0) return null
  return (
    <div className="mb-4">
      <Card>
        <CardHeader
          title="Ends that wait for a confirmation"
          note="An admin who did not propose it decides."
        />
        <ResolutionList resolutions={data.resolutions} withPayment onChange={() => void refetch()} />
      </Card>
    </div>
  )
}
