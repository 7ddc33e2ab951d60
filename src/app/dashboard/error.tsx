'use client'
import { useRouter } from 'next/navigation'
import { startTransition, useEffect, useTransition } from 'react'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'

/** 5 s: a database that restarts is back within a few of these. */
const AGAIN_MS = 5_000

/** A page that could not be rendered, within the frame. It asks again by itself: `reset` alone would render the same error of the server. */
export default function DashboardError({
  error,
  reset,
}: {
  error: Error & { digest?: string }
  reset(): void
}) {
  const router = useRouter()
  const [asking, ask] = useTransition()
  const again = () =>
    ask(() => {
      router.refresh()
      startTransition(reset)
    })
  // biome-ignore lint/correctness/useExhaustiveDependencies: one clock for as long as the error stands
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && again(), AGAIN_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <>
      <title>Error – Payonce</title>
      <h1 className="sr-only">This page could not be loaded</h1>
      <Banner
        tone="bad"
        title="We could not load this page."
        actions={
          <Button onClick={again} busy={asking}>
            Try again
          </Button>
        }
      >
        <p>Payments are unaffected: only this page failed. It tries again by itself.</p>
        {error.digest && <p className="mt-1 font-mono text-xs">Reference {error.digest}</p>}
      </Banner>
    </>
  )
}
