import { randomBytes } from 'node:crypto'
import { readSetupEnv } from '@/platform/env'
import { startThrowAway } from '../postgres/throw-away'
import { migrate } from './migrate'
import { filters, onConnection, schemaFiles, withSchemaEngine } from './schema-engine'
import { differences, schemaFacts } from './schema-facts'

/**
 * Compares prisma/schema with prisma/migrations: makes one database from each, and compares PostgreSQL's catalogues of the two.
 * @returns every difference; an empty list when they describe the same database
 */
export async function checkSchema(): Promise<string[]> {
  const { DATABASE_URL } = readSetupEnv()
  if (DATABASE_URL) return compareOn(DATABASE_URL)
  const server = await startThrowAway('payonce')
  try {
    return await compareOn(server.url)
  } finally {
    await server.stop()
  }
}

async function compareOn(serverUrl: string): Promise<string[]> {
  const migrated = await onNewDatabase(serverUrl, async (url) => {
    await migrate(url)
    return onConnection(url, schemaFacts)
  })
  const described = await onNewDatabase(serverUrl, async (url) => {
    const script = await sqlOfSchema(url)
    return onConnection(url, async (client) => {
      await client.query(script)
      return schemaFacts(client)
    })
  })
  return differences(migrated, described)
}

async function onNewDatabase<T>(serverUrl: string, work: (url: string) => Promise<T>): Promise<T> {
  const name = `payonce_check_${randomBytes(6).toString('hex')}`
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  await onConnection(serverUrl, (client) => client.query(`CREATE DATABASE ${name}`))
  try {
    return await work(url.href)
  } finally {
    await onConnection(serverUrl, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`))
  }
}

/** The SQL that `prisma migrate diff --from-empty --to-schema` prints. */
async function sqlOfSchema(url: string): Promise<string> {
  const { stdout } = await withSchemaEngine(
    url,
    async () => undefined,
    (engine) =>
      engine.diff({
        from: { tag: 'empty' },
        to: { tag: 'schemaDatamodel', files: schemaFiles() },
        script: true,
        exitCode: null,
        filters,
      }),
  )
  if (!stdout) throw new Error('The schema engine printed no SQL for prisma/schema.')
  return stdout
}
