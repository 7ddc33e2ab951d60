import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { type Database, startDatabase } from './database'
import { migrate } from './migrate'
import { onConnection } from './schema-engine'

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
  await onConnection(cluster.url.replace(TEMPLATE, 'postgres'), (client) => client.query(`ALTER DATABASE ${TEMPLATE} ALLOW_CONNECTIONS false`))
  project.provide('clusterUrl', cluster.url)
  return () => cluster.stop()
}

/** A PostgreSQL in a folder of its own that is deleted with it. Nothing needs to survive, so nothing is flushed to disk. */
export async function startThrowAway(database: string): Promise<Pick<Database, 'url' | 'stop'>> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-throw-away-'))
  // mkdtemp lets nobody else in, and for root PostgreSQL runs as another user.
  fs.chmodSync(dataDir, 0o711)
  const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '250', max_prepared_transactions: '0' }
  const server = await startDatabase({ dataDir, database, settings })
  return {
    url: server.url,
    stop: async () => {
      await server.stop()
      fs.rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
