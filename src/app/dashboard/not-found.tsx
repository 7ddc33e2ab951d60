import Link from 'next/link'
import { buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'

export default function NotFound() {
  return (
    <Card>
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        title="There is no such thing here"
        action={
          <Link href="/dashboard" className={buttonClass()}>
            To the overview
          </Link>
        }
      >
        The id is unknown, or belongs to someone else.
      </EmptyState>
    </Card>
  )
}
