import Link from 'next/link'
import { navLinkClass } from '@/ui/nav'

const TABS = [
  { name: 'accounts', href: '/dashboard/ledger', word: 'Accounts' },
  { name: 'journal', href: '/dashboard/ledger/journal', word: 'Journal' },
] as const

export function LedgerTabs({ here }: { here: (typeof TABS)[number]['name'] }) {
  return (
    <nav
      aria-label="Ledger"
      className="inline-flex gap-0.5 rounded-md border border-line bg-surface p-0.5 shadow-card"
    >
      {TABS.map(({ name, href, word }) => (
        <Link
          key={name}
          href={href}
          {...(name === here ? { 'aria-current': 'page' as const } : {})}
          className={navLinkClass('h-7 rounded-sm')}
        >
          {word}
        </Link>
      ))}
    </nav>
  )
}
