'use client'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useEffect, useRef } from 'react'
import { Badge } from '@/ui/badge'
import { Logo } from '@/ui/nav'
import { ThemeSwitch } from '@/ui/theme-switch'
import { ZoneSwitch } from '@/ui/timestamp'
import { useMerchantZone } from '@/ui/zone'
import { FindBox } from '../find/find-box'
import { LiveDot } from '../live/live-dot'
import { SignOut } from './sign-out'
import type { Viewer } from './viewer'

const TEST_MODE = 'Test mode · no real money'

/** The bar above every page: live state, time zone, theme. */
export function TopStrip({ viewer }: { viewer: Viewer }) {
  useFocusOnArrival()
  useMerchantZone(viewer.timeZone)
  return (
    <header className="sticky top-0 z-20 border-line border-b bg-canvas/90 backdrop-blur print:hidden">
      <div className="mx-auto flex h-12 max-w-[82rem] items-center gap-2 px-4 sm:px-6 lg:px-8">
        <Link href="/dashboard" className="flex rounded-md text-ink no-underline lg:hidden">
          <Logo className="max-sm:[font-size:0]" />
        </Link>
        {viewer.sandbox && (
          <span className="hidden lg:inline">
            <Badge>{TEST_MODE}</Badge>
          </span>
        )}
        <span className="ml-auto flex min-w-0 items-center gap-1">
          <FindBox viewer={viewer} />
          <LiveDot />
          <ZoneSwitch />
          <ThemeSwitch />
          <span className="shrink-0 lg:hidden">
            <SignOut name={viewer.name} />
          </span>
        </span>
      </div>
      {/* Narrower screens have no room for it beside the rest. */}
      {viewer.sandbox && (
        <p className="border-line border-t bg-muted py-0.5 text-center font-medium text-2xs text-ink-2 lg:hidden">
          {TEST_MODE}
        </p>
      )}
    </header>
  )
}

/** Client navigation does not move focus: move it to the new heading, so that it is read out and Tab starts there. */
function useFocusOnArrival() {
  const path = usePathname()
  const arrivedAt = useRef(path)
  useEffect(() => {
    if (arrivedAt.current === path) return
    arrivedAt.current = path
    const observer = new MutationObserver(() => focusHeading() && observer.disconnect())
    // A skeleton has no heading: wait for the page.
    if (!focusHeading()) observer.observe(document.body, { childList: true, subtree: true })
    return () => observer.disconnect()
  }, [path])
}

function focusHeading(): boolean {
  const heading = document.querySelector<HTMLElement>('main h1')
  heading?.focus({ preventScroll: true })
  return heading !== null
}
