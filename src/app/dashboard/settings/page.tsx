import { caller } from '@/app/_trpc/caller'
import { SettingsTabs } from '../_parts/frame/settings-tabs'
import { SampleCard } from './_parts/sample-card'
import { SettingsPage } from './_parts/settings-page'

export const metadata = { title: 'Settings' }

export default async function Page() {
  const initial = await (await caller()).settings.get()
  return (
    <>
      <SettingsTabs />
      <SettingsPage initial={initial} />
      <SampleCard />
    </>
  )
}
