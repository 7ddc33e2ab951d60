import { TRPCError } from '@trpc/server'
import { caller } from '@/app/_trpc/caller'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'
import { SettingsTabs } from '../_parts/frame/settings-tabs'
import { OperatorsPage } from './_parts/operators-page'

export const metadata = { title: 'Team' }

export default async function Page() {
  const initial = await readTeam()
  return (
    <>
      <SettingsTabs />
      {initial ? (
        <OperatorsPage initial={initial} />
      ) : (
        <>
          <PageHeader title="Team" />
          <EmptyState title="Only admins manage the team. Ask an admin of your company." />
        </>
      )}
    </>
  )
}

/** The operators; null when the viewer is no admin. */
async function readTeam() {
  try {
    return await (await caller()).operators.list()
  } catch (error) {
    if (error instanceof TRPCError && error.code === 'FORBIDDEN') return null
    throw error
  }
}
