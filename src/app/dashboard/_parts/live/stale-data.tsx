'use client'
import { onlineManager } from '@tanstack/react-query'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { Timestamp } from '@/ui/timestamp'

/** What the reader must know of the data under it: nothing while it is current; its age when the server is away. */
export function StaleDataBanner({
  query,
}: {
  query: { isError: boolean; dataUpdatedAt: number; refetch(): unknown }
}) {
  if (!query.isError) return null
  return (
    <Banner
      tone="warn"
      className="mb-4"
      title={onlineManager.isOnline() ? 'The server does not answer. We keep asking.' : 'You are offline.'}
      actions={
        <Button size="sm" onClick={() => query.refetch()}>
          Ask again
        </Button>
      }
    >
      Shown as of <Timestamp at={new Date(query.dataUpdatedAt)} style="time" />.
    </Banner>
  )
}

/** Old rows under a new question: dimmed, with a bar that runs until the answer is here. */
export function Refetching({ active, children }: { active: boolean; children: React.ReactNode }) {
  return (
    <div aria-busy={active} className="relative">
      {active && (
        <span
          aria-hidden="true"
          className="absolute inset-x-0 top-0 z-10 h-0.5 animate-pulse-soft bg-accent"
        />
      )}
      <div className={active ? 'opacity-60 transition-opacity' : 'transition-opacity'}>{children}</div>
    </div>
  )
}
