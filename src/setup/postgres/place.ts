import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { canEnter, type PostgresUser } from './user'

/** Where a database of ours lives: its data, its password, its log, and its programs when they had to be copied. */
export interface PostgresPlace {
  folder: string
  data: string
  password: string
  log: string
  /** Said once, when the place is not where one would look. */
  note: string | null
}

/**
 * `<data folder>/postgres`, unless the user that PostgreSQL runs as cannot get there (a project under /root, say):
 * then a folder under /var/tmp, named after the data folder so that each start finds it again.
 */
export function postgresPlace(dataDir: string, user: PostgresUser): PostgresPlace {
  const near = path.join(dataDir, 'postgres')
  fs.mkdirSync(near, { recursive: true, mode: 0o755 })
  if (canEnter(user, near)) return placeAt(near, null)
  const far = path.join(
    '/var/tmp',
    `payonce-${createHash('sha256').update(fs.realpathSync(dataDir)).digest('hex').slice(0, 12)}`,
  )
  makeOwn(far)
  return placeAt(far, `The user ${user.name} cannot enter ${near}, so the database is kept in ${far}`)
}

function placeAt(folder: string, note: string | null): PostgresPlace {
  const inside = (name: string) => path.join(folder, name)
  return { folder, data: inside('data'), password: inside('password'), log: inside('log'), note }
}

/** Everybody may write to /var/tmp: a folder there that is not ours could be a trap. */
function makeOwn(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 })
  const found = fs.lstatSync(folder)
  if (!found.isDirectory() || found.uid !== process.getuid?.())
    throw new Error(
      `${folder} exists and belongs to somebody else. Remove it, or set PAYONCE_DATA_DIR to another folder.`,
    )
}
