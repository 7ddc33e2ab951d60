import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { until } from '../process/console'
import { commandOf, hasEnded, processId, stillRuns } from '../process/process-id'
import { bareEnv } from './init'
import type { PostgresPlace } from './place'
import type { PostgresPrograms } from './programs'
import type { PostgresUser } from './user'

/** One running PostgreSQL. */
export interface PostgresServer {
  process: ChildProcess
  pid: number
  ended: Promise<void>
}

/** Starts PostgreSQL on a data folder and waits until it takes connections. */
export async function startServer(
  place: PostgresPlace,
  programs: PostgresPrograms,
  user: PostgresUser,
  port: number,
  settings: Record<string, string>,
): Promise<PostgresServer> {
  const child = spawn(programs.postgres, ['-D', place.data, ...serverFlags(port, settings)], {
    ...user.ids,
    cwd: place.data,
    env: bareEnv(),
    stdio: ['ignore', openLog(place.log), openLog(place.log)],
  })
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => resolve()).once('error', () => resolve()),
  )
  // 120 s: after a crash PostgreSQL first reads its log again, which takes as long as the log is.
  const ready = await until(() => hasEnded(child) || takesConnections(place, child.pid), 120_000, 20)
  if (!ready) child.kill('SIGQUIT')
  if (!ready || hasEnded(child))
    throw new Error(`PostgreSQL did not start. The end of ${place.log}:\n${tail(place.log)}`)
  return { process: child, pid: child.pid ?? 0, ended }
}

/** Fast shutdown: sessions are ended, the data is written. Whoever does not go in 20 s is made to go; its log repairs it at the next start. */
export async function stopServer(server: PostgresServer): Promise<void> {
  server.process.kill('SIGINT')
  const patience = setTimeout(() => server.process.kill('SIGQUIT'), 20_000)
  await server.ended
  clearTimeout(patience)
}

/**
 * A killed process may have left PostgreSQL running on this folder, or only its pid file. The first is stopped properly;
 * of the second, PostgreSQL itself gets rid, unless its pid now belongs to another process: then the file is a lie, and goes.
 */
export async function endOrphan(place: PostgresPlace): Promise<void> {
  const pid = Number(pidFile(place)[0] ?? 0)
  const mark = pid > 0 ? processId(pid) : null
  if (!mark) return
  if (!isOurs(pid, place)) return fs.rmSync(pidFilePath(place), { force: true })
  process.kill(pid, 'SIGINT')
  if (await until(() => !stillRuns(mark), 20_000)) return
  process.kill(pid, 'SIGQUIT')
  await until(() => !stillRuns(mark), 5_000)
}

function isOurs(pid: number, place: PostgresPlace): boolean {
  const command = commandOf(pid)
  return command.includes('postgres') && command.includes(place.data)
}

function takesConnections(place: PostgresPlace, pid: number | undefined): boolean {
  const lines = pidFile(place)
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready'
}

const pidFilePath = (place: PostgresPlace): string => path.join(place.data, 'postmaster.pid')

function pidFile(place: PostgresPlace): string[] {
  try {
    return fs.readFileSync(pidFilePath(place), 'utf8').split('\n')
  } catch {
    return []
  }
}

/** Reached through 127.0.0.1 only: a socket file would need a short path that the other user may enter. */
function serverFlags(port: number, settings: Record<string, string>): string[] {
  const all = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_preload_libraries: 'pg_stat_statements',
    max_connections: '100',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %a ',
    ...settings,
  }
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** The log of the last run is enough once it has grown past 10 MB. */
function openLog(file: string): number {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return fs.openSync(file, size > 10_000_000 ? 'w' : 'a', 0o600)
}

function tail(file: string): string {
  return fs.readFileSync(file, 'utf8').trimEnd().split('\n').slice(-12).join('\n')
}
