import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Database, startDatabase } from './keeper'
import { type ProductUrls, prepareLogins } from './logins'

/**
 * Starts a PostgreSQL on a temporary folder that `stop` deletes. Its data need not survive, so nothing is flushed to disk, unless `durable`
 * asks for it: then a commit costs what it costs in production.
 */
export async function startThrowAway(
  database: string,
  { durable = false } = {},
): Promise<Pick<Database, 'url' | 'stop'>> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-throw-away-'))
  // mkdtemp locks out all other users, and under root PostgreSQL runs as one of them.
  fs.chmodSync(dataDir, 0o711)
  const settings = {
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
    max_connections: '250',
    max_prepared_transactions: '0',
  }
  const server = await startDatabase({ dataDir, database, settings })
  return {
    url: server.url,
    stop: async () => {
      await server.stop()
      fs.rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The product's logins on such a server. Nobody logs in again later, so their passwords are kept nowhere. */
export async function throwAwayLogins(url: string): Promise<ProductUrls> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-logins-'))
  try {
    return await prepareLogins(url, folder)
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}
