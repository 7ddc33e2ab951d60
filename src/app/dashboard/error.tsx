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
      title="This page could not be loaded."
      actions={<Button onClick={reset}>Try again</Button>}
    >
      <p>Payments continue: only this view failed. The dashboard never moves money.</p>
      {error.digest && <p className="mt-1 font-mono text-xs">Reference {error.digest}</p>}
    </Banner>
  )
}
