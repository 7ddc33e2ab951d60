import { caller } from '@/app/_trpc/caller'
import { AccountSettingsPage } from './_parts/account-settings-page'

export const metadata = { title: 'Account' }

export default async function Page() {
  const { account, factors } = await caller()
  const [initial, initialFactors] = await Promise.all([account.get(), factors.list()])
  return <AccountSettingsPage initial={initial} factors={initialFactors} />
}
