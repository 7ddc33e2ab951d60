import type { TestProject } from 'vitest/node'
import type { ProductUrls } from '../postgres/logins'
import { startThrowAway, throwAwayLogins } from '../postgres/throw-away'
import { migrate } from '../schema/migrate'
import { onConnection } from '../schema/schema-engine'

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the template database on this run's server. */
    clusterUrl: string
    /** The product's logins on this run's server. They may connect to each copy of the template. */
    clusterLogins: ProductUrls
  }
}

export const TEMPLATE = 'payonce_template'

/** Starts one PostgreSQL for the whole test run, with one migrated database that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startThrowAway(TEMPLATE)
  await migrate(cluster.url)
  project.provide('clusterLogins', await throwAwayLogins(cluster.url))
  // PostgreSQL copies a database only while it has no connections.
  await onConnection(cluster.url.replace(TEMPLATE, 'postgres'), (client) =>
    client.query(`ALTER DATABASE ${TEMPLATE} ALLOW_CONNECTIONS false`),
  )
  project.provide('clusterUrl', cluster.url)
  return () => cluster.stop()
}
