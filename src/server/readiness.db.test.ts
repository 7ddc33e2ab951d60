import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { type Db, hasDiskSpace, openDb, openPool, takesWrites } from '@/platform/db'
import { postgresUser } from '@/setup/postgres/user'
import { onConnection } from '@/setup/schema/schema-engine'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { Readiness } from './readiness'

let database: TestDatabase
const loginOf = ({ appUrl }: TestDatabase) => new URL(appUrl).username
const nameOf = ({ url }: TestDatabase) => new URL(url).pathname.slice(1)

beforeAll(async () => {
  database = await testDatabase()
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => database.drop())

/** Runs `work` on new sessions of the product's login. */
async function onSessions(work: (db: Db) => Promise<void>): Promise<void> {
  const pool = openPool(database.appUrl, { max: 2, name: 'test' })
  const db = openDb(pool)
  try {
    await work(db)
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}

const asAdmin = (statement: string) =>
  onConnection(database.url.replace(nameOf(database), 'postgres'), (client) => client.query(statement))

it('a database that may write nothing to its disk is not ready, however well it answers; with space again it is, at once', async () => {
  const limit = (change: string) =>
    asAdmin(`ALTER ROLE ${loginOf(database)} IN DATABASE ${nameOf(database)} ${change}`)
  let now = 0
  await limit(`SET temp_file_limit = '64kB'`)
  await onSessions(async (db) => {
    const readiness = new Readiness(db, () => now)
    expect([await takesWrites(db), await readiness.isReady()]).toEqual([true, false])
  })
  await limit('RESET temp_file_limit')
  await onSessions(async (db) => expect(await new Readiness(db, () => now).isReady()).toBe(true))

  // With space it looks every 5 s only.
  await onSessions(async (db) => {
    const readiness = new Readiness(db, () => now)
    const fill = () => vi.spyOn(db, '$transaction').mockRejectedValue(new Error('No space left on device'))
    fill()
    expect(await readiness.isReady()).toBe(false)
    vi.restoreAllMocks()
    expect(await readiness.isReady()).toBe(true)
    fill()
    now += 4_999
    expect(await readiness.isReady()).toBe(true)
    now += 1
    expect(await readiness.isReady()).toBe(false)
  })
})

/** 64 MB: a migrated database needs a third of it. */
const MOUNT = ['-t', 'tmpfs', '-o', 'size=64m,mode=0755', 'tmpfs']
const mayMount = (() => {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-mount-'))
  const mounted = process.getuid?.() === 0 && spawnSync('mount', [...MOUNT, place]).status === 0
  if (mounted) spawnSync('umount', [place])
  fs.rmSync(place, { recursive: true, force: true })
  return mounted
})()

it.skipIf(!mayMount)('D9a a disk that is really full (needs the right to mount)', async () => {
  const disk = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-disk-'))
  fs.chmodSync(disk, 0o755)
  execFileSync('mount', [...MOUNT, disk])
  const { uid = 0, gid = 0 } = postgresUser().ids
  const space = `space_${nameOf(database)}`
  try {
    const folder = path.join(disk, 'data')
    fs.mkdirSync(folder, { mode: 0o700 })
    fs.chownSync(folder, uid, gid)
    await asAdmin(`CREATE TABLESPACE ${space} LOCATION '${folder}'`)
    await asAdmin(`ALTER DATABASE ${nameOf(database)} SET TABLESPACE ${space}`)
    await onSessions(async (db) => {
      expect([await takesWrites(db), await hasDiskSpace(db)]).toEqual([true, true])
      fill(path.join(disk, 'ballast'))
      expect([await takesWrites(db), await hasDiskSpace(db)]).toEqual([true, false])
      fs.rmSync(path.join(disk, 'ballast'))
      expect(await hasDiskSpace(db)).toBe(true)
    })
    await asAdmin(`ALTER DATABASE ${nameOf(database)} SET TABLESPACE pg_default`)
    await asAdmin(`DROP TABLESPACE ${space}`)
  } finally {
    spawnSync('umount', ['--lazy', disk])
    fs.rmSync(disk, { recursive: true, force: true })
  }
})

/** Writes until nothing more fits. */
function fill(file: string): void {
  const [out, block] = [fs.openSync(file, 'w'), Buffer.alloc(64 * 1024)]
  try {
    for (;;) fs.writeSync(out, block)
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' })
  } finally {
    fs.closeSync(out)
  }
}
