import type { Demo } from '@/setup/demo-file'
import { until } from '@/setup/process/console'
import { parentOf } from '@/setup/process/process-id'
import { onConnection } from '@/setup/schema/schema-engine'

/** Breaks the running product from outside, as an accident would. The product has no code for it. */
export async function restartWeb(demo: () => Demo): Promise<void> {
  const before = demo().pids.web
  process.kill(before, 'SIGKILL')
  if (!(await until(() => demo().pids.web !== before, 30_000, 50)))
    throw new Error('The supervisor started no new web process.')
}

/** Stops PostgreSQL and keeps it down: its keeper, which would restart it, is frozen first. */
export async function stopDatabase(demo: () => Demo): Promise<void> {
  const postgres = postgresOf(demo())
  process.kill(parentOf(postgres), 'SIGSTOP')
  // An immediate shutdown: sessions are cut off, as in a crash.
  process.kill(postgres, 'SIGQUIT')
  if (!(await until(async () => !(await answers(demo())), 10_000, 50)))
    throw new Error('PostgreSQL did not stop.')
}

/** Thaws the keeper, which finds PostgreSQL gone and restarts it. */
export async function startDatabase(demo: () => Demo): Promise<void> {
  const before = postgresOf(demo())
  process.kill(parentOf(before), 'SIGCONT')
  if (!(await until(async () => postgresOf(demo()) !== before && (await answers(demo())), 30_000, 50)))
    throw new Error('PostgreSQL did not come back.')
}

function postgresOf({ pids }: Demo): number {
  if (pids.postgres === null)
    throw new Error('The product under test uses a PostgreSQL that it did not start.')
  return pids.postgres
}

function answers({ databaseUrl }: Demo): Promise<boolean> {
  return onConnection(databaseUrl, (client) => client.query('SELECT 1')).then(
    () => true,
    () => false,
  )
}
