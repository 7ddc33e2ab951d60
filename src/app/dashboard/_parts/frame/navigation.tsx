'use client'
import {
  BellRing,
  BookOpenText,
  CodeXml,
  CreditCard,
  Inbox,
  KeyRound,
  Landmark,
  LayoutDashboard,
  Link2,
  LockKeyhole,
  ScrollText,
  ShieldCheck,
  ShoppingBag,
  SlidersHorizontal,
  Store,
  Webhook,
} from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useEffect, useRef } from 'react'
import { cx } from '@/ui/cx'
import { Logo, navLinkClass } from '@/ui/nav'
import { SETTINGS_PAGES } from './settings-tabs'
import { SignOut } from './sign-out'
import type { Viewer } from './viewer'

const INBOX = '/dashboard/inbox'
const SETTINGS = '/dashboard/settings'

const PLACES = [
  { href: '/dashboard', word: 'Overview', Icon: LayoutDashboard },
  { href: '/dashboard/alerts', word: 'Alerts', Icon: BellRing },
  { href: '/dashboard/payments', word: 'Payments', Icon: CreditCard },
  { href: '/dashboard/orders', word: 'Orders', Icon: ShoppingBag },
  { href: '/dashboard/links', word: 'Links', Icon: Link2 },
  { href: '/dashboard/ledger', word: 'Ledger', Icon: BookOpenText },
  { href: '/dashboard/reconciliation', word: 'Bank', Icon: Landmark },
  { href: '/dashboard/idempotency', word: 'Idempotency', Icon: KeyRound },
  { href: INBOX, word: 'Inbox', Icon: Inbox },
  { href: '/dashboard/integrity', word: 'Integrity', Icon: ShieldCheck },
  { href: '/dashboard/audit', word: 'Audit', Icon: ScrollText },
  { href: '/dashboard/developers', word: 'Developers', Icon: CodeXml },
  { href: '/dashboard/webhooks', word: 'Webhooks', Icon: Webhook },
  { href: '/dashboard/security', word: 'Security', Icon: LockKeyhole },
  { href: SETTINGS, word: 'Settings', Icon: SlidersHorizontal },
]

/** The pages of the dashboard, in the order of the navigation. The inbox is there where events of Stripe are received. */
export function placesFor({ inbox }: Viewer) {
  return PLACES.filter(({ href }) => inbox || href !== INBOX)
}

function useIsHere() {
  const path = usePathname() ?? ''
  return (href: string) => {
    if (href === SETTINGS) return SETTINGS_PAGES.some((page) => path === page.href)
    return href === '/dashboard' ? path === href : path === href || path.startsWith(`${href}/`)
  }
}

/** From 1024 px: the navigation and the signed-in operator. */
export function Sidebar({ viewer }: { viewer: Viewer }) {
  const isHere = useIsHere()
  return (
    <aside
      aria-label="Navigation and account"
      className="sticky top-0 hidden h-dvh flex-col border-line border-r bg-surface px-3 py-4 lg:flex print:hidden"
    >
      <Link href="/dashboard" className="rounded-md px-2 py-1 text-ink no-underline">
        <Logo />
      </Link>
      <nav aria-label="Dashboard" className="mt-6 flex flex-col gap-0.5">
        {placesFor(viewer).map(({ href, word, Icon }) => (
          <Link
            key={href}
            href={href}
            {...(isHere(href) ? { 'aria-current': 'page' as const } : {})}
            className={navLinkClass('h-9')}
          >
            <Icon aria-hidden="true" size={16} strokeWidth={1.75} className="shrink-0" />
            {word}
          </Link>
        ))}
      </nav>
      <div className="mt-auto border-line border-t pt-3">
        <Link href="/" className={navLinkClass('mb-2 h-9 w-full')}>
          <Store aria-hidden="true" size={16} strokeWidth={1.75} />
          Test shop
        </Link>
        <div className="flex items-center justify-between gap-2 pl-2.5">
          <span className="min-w-0">
            {/* Empty while the server cannot say who is signed in. */}
            <span className="block truncate font-medium text-ui">{viewer.name}</span>
            <span className="block truncate text-ink-3 text-xs">{viewer.email}</span>
          </span>
          <SignOut />
        </div>
      </div>
    </aside>
  )
}

/** Below 1024 px: the same navigation, at the bottom of the screen. */
export function TabBar({ viewer }: { viewer: Viewer }) {
  const isHere = useIsHere()
  const ref = useRef<HTMLElement>(null)
  const path = usePathname()
  // On the narrowest phones the tabs scroll: keep the open one in view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path decides which tab is current
  useEffect(() => {
    // The effect must return nothing: where `scrollIntoView` returns a promise (Chromium 156), React would take it for a cleanup.
    ref.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [path])
  return (
    <nav
      ref={ref}
      aria-label="Dashboard"
      className="fixed inset-x-0 bottom-0 z-20 grid auto-cols-[minmax(4.6rem,1fr)] grid-flow-col overflow-x-auto border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden print:hidden"
    >
      {placesFor(viewer).map(({ href, word, Icon }) => (
        <Link
          key={href}
          href={href}
          {...(isHere(href) ? { 'aria-current': 'page' as const } : {})}
          // A tab at the rim may be in view by a few pixels only, for which browsers do not scroll.
          onFocus={(event) => event.currentTarget.scrollIntoView({ block: 'nearest', inline: 'center' })}
          className={cx(
            '-outline-offset-2 flex h-14 flex-col items-center justify-center gap-1 font-medium text-2xs text-ink-3 no-underline',
            'aria-[current=page]:text-ink aria-[current=page]:shadow-[inset_0_2px_0_var(--color-accent)]',
          )}
        >
          <Icon aria-hidden="true" size={18} strokeWidth={1.75} />
          {word}
        </Link>
      ))}
    </nav>
  )
}
