'use client'
import { onlineManager } from '@tanstack/react-query'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { Timestamp } from '@/ui/timestamp'

/** A banner with the age of the data below it, while the server does not answer; nothing while the data is current. */
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
      title={onlineManager.isOnline() ? 'The server is not responding. We keep trying.' : 'You are offline.'}
      actions={
        <Button size="sm" onClick={() => query.refetch()}>
          Try again
        </Button>
      }
    >
      Data as of <Timestamp at={new Date(query.dataUpdatedAt)} style="time" />.
    </Banner>
  )
}

/** Keeps the old rows on screen, dimmed and under a progress bar, until the rows for a new filter arrive. */
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
