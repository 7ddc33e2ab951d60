import { execFileSync, spawnSync } from 'node:child_process'

/** The user PostgreSQL runs as: ourselves, except for root, as whom it refuses to run. */
export interface PostgresUser {
  name: string
  /** What `spawn` needs to become that user; empty for ourselves. */
  ids: { uid?: number; gid?: number }
}

export function postgresUser(): PostgresUser {
  if (process.getuid?.() !== 0) return { name: 'yourself', ids: {} }
  const found = lookUp('postgres') ?? made() ?? lookUp('nobody')
  if (!found)
    throw new Error(
      'PostgreSQL does not run as root, and there is no user "postgres" to run it as: make one (useradd -r postgres), or name a database in DATABASE_URL.',
    )
  return found
}

/** Can this user do this? Asked by doing it as that user: rights, ACLs and mounts are all in the answer. */
export function canRun(user: PostgresUser, command: string, args: string[]): boolean {
  return spawnSync(command, args, { ...user.ids, cwd: '/', stdio: 'ignore' }).status === 0
}

export function canEnter(user: PostgresUser, folder: string): boolean {
  return canRun(user, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder])
}

function made(): PostgresUser | null {
  const attempt = spawnSync(
    'useradd',
    ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
    {
      stdio: 'ignore',
    },
  )
  return attempt.status === 0 ? lookUp('postgres') : null
}

function lookUp(name: string): PostgresUser | null {
  try {
    const id = (flag: string) =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
    return { name, ids: { uid: id('-u'), gid: id('-g') } }
  } catch {
    return null
  }
}
