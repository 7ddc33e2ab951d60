import { Card } from '@/ui/card'
import { Skeleton, SkeletonRows } from '@/ui/skeleton'

/** A page of the dashboard that is still coming, in about its final shape. */
export default function Loading() {
  return (
    <div aria-busy="true">
      <Skeleton className="h-7 w-40" />
      <Skeleton className="mt-2 mb-6 h-4 w-72 max-w-full" />
      <Card>
        <SkeletonRows rows={10} />
      </Card>
    </div>
  )
}
