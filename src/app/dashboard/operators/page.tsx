import { TRPCError } from '@trpc/server'
import { caller } from '@/app/_trpc/caller'
import { EmptyState } from '@/ui/empty-state'
import { OperatorsPage } from './_parts/operators-page'

export const metadata = { title: 'Operators' }

export default async function Page() {
  const initial = await readTeam()
  return initial ? (
    <OperatorsPage initial={initial} />
  ) : (
    <EmptyState title="Only admins manage operators. Ask an admin of your company." />
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
