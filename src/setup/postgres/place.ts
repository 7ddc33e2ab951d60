import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { canEnter, type PostgresUser } from './user'

/** The folder of our own database: data, password, log, and PostgreSQL's programs where they had to be copied. */
export interface PostgresPlace {
  folder: string
  data: string
  password: string
  log: string
  /** Names the keeper that runs PostgreSQL here. */
  keeper: string
  /** Printed once, where the folder is not the one that a person would expect. */
  note: string | null
}

/**
 * `<data folder>/postgres`, unless the user that PostgreSQL runs as cannot enter it (a project under /root, say): then a folder
 * under /var/tmp, named after the data folder so that each start finds it again.
 * @throws Error when that folder exists and belongs to another user
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
  return {
    folder,
    data: inside('data'),
    password: inside('password'),
    log: inside('log'),
    keeper: inside('keeper'),
    note,
  }
}

/** Every user may write to /var/tmp, so a folder that we do not own could be a trap. */
function makeOwn(folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 })
  const found = fs.lstatSync(folder)
  if (!found.isDirectory() || found.uid !== process.getuid?.())
    throw new Error(
      `${folder} exists and belongs to another user. Remove it, or set PAYONCE_DATA_DIR to another folder.`,
    )
}
