import { Card } from '@/ui/card'
import { Skeleton, SkeletonRows } from '@/ui/skeleton'

/** The skeleton of a list page. Detail pages have none: once a skeleton is sent, the status can no longer become 404. */
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
