import { Card } from '@/ui/card'
import { Skeleton, SkeletonRows } from '@/ui/skeleton'

/** A list that is still coming, in about its final shape. Detail pages have none: they must be able to answer 404. */
export function PageLoading() {
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
