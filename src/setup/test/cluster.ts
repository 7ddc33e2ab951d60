import type { TestProject } from 'vitest/node'
import { startThrowAway } from '../postgres/throw-away'
import { migrate } from '../schema/migrate'
import { onConnection } from '../schema/schema-engine'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of this test run: a superuser's URL of its template database. */
    clusterUrl: string
  }
}

export const TEMPLATE = 'payonce_template'

/** One PostgreSQL for the whole test run, with one migrated database that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startThrowAway(TEMPLATE)
  await migrate(cluster.url)
  // A database can only be copied while nobody is connected to it.
  await onConnection(cluster.url.replace(TEMPLATE, 'postgres'), (client) =>
    client.query(`ALTER DATABASE ${TEMPLATE} ALLOW_CONNECTIONS false`),
  )
  project.provide('clusterUrl', cluster.url)
  return () => cluster.stop()
}
