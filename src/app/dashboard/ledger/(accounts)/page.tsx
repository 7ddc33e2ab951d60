import { caller } from '@/app/_trpc/caller'
import { AccountsPage } from '../_parts/accounts-page'

export const metadata = { title: 'Ledger' }

export default async function Page() {
  const api = await caller()
  const [accounts, check, seals] = await Promise.all([
    api.ledger.accounts({}),
    api.ledger.check(),
    api.ledger.seals(),
  ])
  return <AccountsPage initial={{ accounts, check, seals }} />
}
