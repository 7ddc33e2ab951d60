import { ViewLinks } from '../../_parts/frame/view-links'

const TABS = [
  { name: 'accounts', href: '/dashboard/ledger', word: 'Accounts' },
  { name: 'trial-balance', href: '/dashboard/ledger/trial-balance', word: 'Trial balance' },
  { name: 'journal', href: '/dashboard/ledger/journal', word: 'Journal' },
] as const

export function LedgerTabs({ here }: { here: (typeof TABS)[number]['name'] }) {
  return <ViewLinks label="Ledger" views={TABS} here={here} />
}
