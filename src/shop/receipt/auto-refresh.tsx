'use client'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'

/** Refreshes the page every `everyMs` while it is visible; without scripts, the browser reloads it. */
export function AutoRefresh({ everyMs }: { everyMs: number }) {
  const router = useRouter()
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') router.refresh()
    }, everyMs)
    return () => clearInterval(timer)
  }, [router, everyMs])
  return (
    <noscript>
      <meta httpEquiv="refresh" content={String(everyMs / 1000)} />
    </noscript>
  )
}
