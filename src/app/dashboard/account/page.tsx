import { caller } from '@/app/_trpc/caller'
import { SettingsTabs } from '../_parts/frame/settings-tabs'
import { AccountSettingsPage } from './_parts/account-settings-page'

export const metadata = { title: 'Your account' }

export default async function Page() {
  const { account, factors } = await caller()
  const [initial, initialFactors] = await Promise.all([account.get(), factors.list()])
  return (
    <>
      <SettingsTabs />
      <AccountSettingsPage initial={initial} factors={initialFactors} />
    </>
  )
}
