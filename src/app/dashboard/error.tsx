'use client'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'

export default function DashboardError({
  error,
  reset,
}: {
  error: Error & { digest?: string }
  reset(): void
}) {
  return (
    <Banner
      tone="bad"
      title="This page could not be made."
      actions={<Button onClick={reset}>Try again</Button>}
    >
      <p>Payments go on; only this view of them failed. No money moves from the dashboard.</p>
      {error.digest && <p className="mt-1 font-mono text-xs">Reference {error.digest}</p>}
    </Banner>
  )
}
