import { caller } from '@/app/_trpc/caller'
import { AccountSettingsPage } from './_parts/account-settings-page'

export const metadata = { title: 'Account' }

export default async function Page() {
  return <AccountSettingsPage initial={await (await caller()).account.get()} />
}
