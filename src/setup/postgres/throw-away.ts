import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { type Database, startDatabase } from './keeper'

/** A PostgreSQL in a folder of its own that is deleted with it. Nothing needs to survive, so nothing is flushed to disk. */
export async function startThrowAway(database: string): Promise<Pick<Database, 'url' | 'stop'>> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-throw-away-'))
  // mkdtemp lets nobody else in, and for root PostgreSQL runs as another user.
  fs.chmodSync(dataDir, 0o711)
  const settings = {
    fsync: 'off',
    full_page_writes: 'off',
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
