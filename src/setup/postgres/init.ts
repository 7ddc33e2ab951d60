import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { childEnv } from '@/platform/env'
import type { PostgresPlace } from './place'
import type { PostgresPrograms } from './programs'
import type { PostgresUser } from './user'

/**
 * Creates the data folder (initdb) where there is none. `lasting: false` skips the flush to disk, for databases that are thrown away.
 * @returns the superuser's password
 * @throws Error when initdb fails, or when the password of an existing folder is gone
 */
export function initialise(
  place: PostgresPlace,
  programs: PostgresPrograms,
  user: PostgresUser,
  { lasting }: { lasting: boolean },
): string {
  if (fs.existsSync(path.join(place.data, 'PG_VERSION'))) return knownPassword(place)
  const password = randomBytes(24).toString('base64url')
  const draft = `${place.data}.half`
  // Left over from an initdb that was interrupted. Built aside and renamed, so that the real name never holds half a database.
  for (const rest of [draft, `${place.password}.half`]) fs.rmSync(rest, { recursive: true, force: true })
  fs.writeFileSync(place.password, password, { mode: 0o600 })
  const command = { program: programs.initdb, flags: [...FLAGS, ...(lasting ? [] : ['--no-sync'])], user }
  runInitdb(draft, `${place.password}.half`, password, command)
  fs.renameSync(draft, place.data)
  return password
}

// --data-checksums: a disk that corrupts a ledger must be noticed.
const FLAGS = [
  '--locale=C',
  '--encoding=UTF8',
  '--data-checksums',
  '--auth=scram-sha-256',
  '--username=postgres',
]

function runInitdb(
  data: string,
  passwordFile: string,
  password: string,
  command: { program: string; flags: string[]; user: PostgresUser },
): void {
  const { program, flags, user } = command
  fs.mkdirSync(data, { mode: 0o700 })
  own(data, user)
  fs.writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  own(passwordFile, user)
  const places = [`--pgdata=${data}`, `--pwfile=${passwordFile}`]
  const run = spawnSync(program, [...flags, ...places], {
    ...user.ids,
    cwd: data,
    env: bareEnv(),
    encoding: 'utf8',
  })
  fs.rmSync(passwordFile, { force: true })
  if (run.status !== 0)
    throw new Error(
      `PostgreSQL could not create its data folder ${data}:\n${run.error?.message ?? run.stderr}`,
    )
}

/** An environment without the PG* variables of the user's shell, which would change what PostgreSQL's programs do. */
export function bareEnv(): NodeJS.ProcessEnv {
  const { PATH, TMPDIR, NODE_ENV } = childEnv()
  return { NODE_ENV, PATH: PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...(TMPDIR ? { TMPDIR } : {}) }
}

function own(file: string, { ids }: PostgresUser): void {
  if (ids.uid !== undefined && ids.gid !== undefined) fs.chownSync(file, ids.uid, ids.gid)
}

function knownPassword(place: PostgresPlace): string {
  try {
    return fs.readFileSync(place.password, 'utf8').trim()
  } catch {
    throw new Error(
      `The password file of the database in ${place.data} is missing (${place.password}). Restore it, or delete ${place.folder} to start with an empty database.`,
    )
  }
}
