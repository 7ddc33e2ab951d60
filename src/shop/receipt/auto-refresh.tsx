'use client'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'

/** Renders the page anew every so often while it is in view; without scripts the browser itself does. */
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
