import { caller } from '@/app/_trpc/caller'
import { PageHeader } from '@/ui/page-header'
import { SettingsTabs } from '../../_parts/frame/settings-tabs'
import { RoleTable } from './_parts/role-table'

export const metadata = { title: 'Roles' }

export default async function Page() {
  const { areas } = await (await caller()).rights.list()
  return (
    <>
      <SettingsTabs />
      <PageHeader
        title="Roles"
        note="What each role may do, read from the rules by which the server judges every call. Files (CSV, ZIP) need Support, and everybody manages their own account."
      />
      <RoleTable areas={areas} />
    </>
  )
}
