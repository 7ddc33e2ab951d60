import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { until } from '../process/console'
import { commandOf, hasEnded, pidOf, processId, stillRuns } from '../process/process-id'
import { bareEnv } from './init'
import type { PostgresPlace } from './place'
import type { PostgresPrograms } from './programs'
import type { PostgresUser } from './user'

/** One running PostgreSQL. */
export interface PostgresServer {
  pid: number
  kill(signal: NodeJS.Signals): void
  ended: Promise<void>
}

/** Starts PostgreSQL on a data folder and waits until it takes connections. @throws Error with the end of its log */
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
  // 120 s: after a crash PostgreSQL first replays its write-ahead log, which takes the longer the longer the log is.
  const ready = await until(() => hasEnded(child) || takesConnections(place, child.pid), 120_000, 20)
  if (!ready) child.kill('SIGQUIT')
  if (!ready || hasEnded(child))
    throw new Error(`PostgreSQL did not start. The end of ${place.log}:\n${tail(place.log)}`)
  return { pid: child.pid ?? 0, kill: (signal) => void child.kill(signal), ended }
}

/** 100 ms: nobody tells us when a process ends that is not our child. */
const LOOK_MS = 100

/**
 * Takes over a PostgreSQL that runs on this folder as `startServer` would have started it, from a keeper whose own parent was killed: those who are
 * connected notice nothing. Null: there is none, or it was started in another way.
 */
export async function takeOverServer(
  place: PostgresPlace,
  programs: PostgresPrograms,
  settings: Record<string, string>,
): Promise<{ server: PostgresServer; port: number } | null> {
  const [pid, port] = [Number(pidFile(place)[0] ?? 0), Number(pidFile(place)[3] ?? 0)]
  const running = pid > 0 ? processId(pid) : null
  const command = [programs.postgres, '-D', place.data, ...serverFlags(port, settings)].join(' ')
  if (!running || commandOf(pid).trim() !== command.trim()) return null
  await endKeeper(place)
  // The keeper may have begun to stop it.
  if (!stillRuns(running) || !takesConnections(place, pid)) return null
  const ended = until(() => !stillRuns(running), Number.POSITIVE_INFINITY, LOOK_MS).then(() => undefined)
  const kill = (signal: NodeJS.Signals) => void (stillRuns(running) && process.kill(pid, signal))
  return { server: { pid, kill, ended }, port }
}

/** Writes down who keeps PostgreSQL on this folder from now on. */
export function nameKeeper(place: PostgresPlace): void {
  fs.writeFileSync(place.keeper, processId(process.pid) ?? '')
}

/** Kills the keeper whose parent was killed, which would stop PostgreSQL in order, and waits until it is gone. */
async function endKeeper(place: PostgresPlace): Promise<void> {
  const keeper = fs.existsSync(place.keeper) ? fs.readFileSync(place.keeper, 'utf8') : ''
  if (!stillRuns(keeper)) return
  process.kill(pidOf(keeper), 'SIGKILL')
  await until(() => !stillRuns(keeper), 5_000, 5)
}

/** 5 s: longer than a running payment takes, unless the bank does not answer; the worker finds that one again. */
const CLIENTS_MS = 5_000

/** Smart shutdown: those who are connected may finish and leave, nobody new comes in. Who is still there after 5 s is cut off. */
export async function stopServerAfterClients(server: PostgresServer): Promise<void> {
  server.kill('SIGTERM')
  const patience = setTimeout(() => void stopServer(server), CLIENTS_MS)
  await server.ended
  clearTimeout(patience)
}

/** Fast shutdown: connections are ended, data is flushed. After 20 s it is stopped by force, and replays its log at the next start. */
export async function stopServer(server: PostgresServer): Promise<void> {
  server.kill('SIGINT')
  const patience = setTimeout(() => server.kill('SIGQUIT'), 20_000)
  await server.ended
  clearTimeout(patience)
}

/**
 * Ends a PostgreSQL that a killed process left running on this folder. Where only its pid file is left, PostgreSQL removes that
 * itself, unless the pid now belongs to another process: then the file is removed here.
 */
export async function endOrphan(place: PostgresPlace): Promise<void> {
  const pid = Number(pidFile(place)[0] ?? 0)
  const orphan = pid > 0 ? processId(pid) : null
  if (!orphan) return
  if (!isOurs(pid, place)) return fs.rmSync(pidFilePath(place), { force: true })
  await endKeeper(place)
  process.kill(pid, 'SIGINT')
  if (await until(() => !stillRuns(orphan), 20_000)) return
  process.kill(pid, 'SIGQUIT')
  await until(() => !stillRuns(orphan), 5_000)
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

/** Listens on 127.0.0.1 only: a socket file would need a short path that PostgreSQL's user may enter. */
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

/** Opens the log to append, or emptied once it has grown past 10 MB. */
function openLog(file: string): number {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0
  return fs.openSync(file, size > 10_000_000 ? 'w' : 'a', 0o600)
}

function tail(file: string): string {
  return fs.readFileSync(file, 'utf8').trimEnd().split('\n').slice(-12).join('\n')
}
