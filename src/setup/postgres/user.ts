import { execFileSync, spawnSync } from 'node:child_process'

/** The operating-system user that PostgreSQL runs as: our own, unless that is root, as which PostgreSQL refuses to run. */
export interface PostgresUser {
  name: string
  /** The options of `spawn` that make it run as that user; empty for our own. */
  ids: { uid?: number; gid?: number }
}

/** Under root: the user `postgres`, made where it is missing, else `nobody`. @throws Error when root has neither */
export function postgresUser(): PostgresUser {
  if (process.getuid?.() !== 0) return { name: 'yourself', ids: {} }
  const found = lookUp('postgres') ?? makeUser() ?? lookUp('nobody')
  if (!found)
    throw new Error(
      'PostgreSQL does not run as root, and there is no user "postgres" to run it as. Make one (useradd -r postgres), or set DATABASE_URL to a database of your own.',
    )
  return found
}

/** True when the user can run this command. Found out by running it, so that permissions, ACLs and mounts all count. */
export function canRun(user: PostgresUser, command: string, args: string[]): boolean {
  return spawnSync(command, args, { ...user.ids, cwd: '/', stdio: 'ignore' }).status === 0
}

export function canEnter(user: PostgresUser, folder: string): boolean {
  return canRun(user, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder])
}

function makeUser(): PostgresUser | null {
  const made = spawnSync(
    'useradd',
    ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
    {
      stdio: 'ignore',
    },
  )
  return made.status === 0 ? lookUp('postgres') : null
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
