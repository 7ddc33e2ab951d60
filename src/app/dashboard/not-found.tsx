import Link from 'next/link'
import { buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'

export default function NotFound() {
  return (
    <Card>
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        title="Not found"
        action={
          <Link href="/dashboard" className={buttonClass()}>
            Go to the overview
          </Link>
        }
      >
        The id is unknown or belongs to another merchant.
      </EmptyState>
    </Card>
  )
}
