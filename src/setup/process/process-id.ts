import { type ChildProcess, execFileSync } from 'node:child_process'
import fs from 'node:fs'

/**
 * Names a process beyond doubt: its pid and its start time, `4711@882311`. A pid alone is reused, in a container often at once,
 * so a file that names a process must not rely on it. Null when no such process runs.
 */
export function processId(pid: number): string | null {
  const began = startOf(pid)
  return began === null ? null : `${pid}@${began}`
}

/** True while that very process runs; false when its pid belongs to another one. */
export function stillRuns(id: string): boolean {
  const pid = pidOf(id)
  return pid > 0 && processId(pid) === id
}

/** True when a child process has ended, or was never started. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined
}

/** The pid in a `processId`. */
export function pidOf(id: string): number {
  return Number.parseInt(id, 10)
}

/** The command line of a process, or the empty string. */
export function commandOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ask(pid, 'args') ?? ''
  }
}

/** True while a process is stopped (SIGSTOP) and neither runs nor ends. */
export function isStopped(pid: number): boolean {
  return (statOf(pid)?.[0] ?? ask(pid, 'stat') ?? '').startsWith('T')
}

/** The parent's pid, also of a zombie (ended, and not yet reaped by its parent). */
export function parentOf(pid: number): number {
  return Number(statOf(pid)?.[1] ?? ask(pid, 'ppid') ?? 0)
}

function startOf(pid: number): string | null {
  if (!fs.existsSync('/proc/self/stat')) return ask(pid, 'lstart')
  const fields = statOf(pid)
  // Z: a zombie, ended and not yet reaped by its parent. While it has other threads they still hold its files and ports.
  const ended = fields?.[0] === 'Z' && Number(fields[17]) <= 1
  return ended ? null : (fields?.[19] ?? null)
}

/** Fields of /proc/PID/stat after the name in brackets, which may contain anything: state, parent, …, the 18th is the number of threads, the 20th the start time. */
function statOf(pid: number): string[] | null {
  try {
    return fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()?.split(' ') ?? null
  } catch {
    return null
  }
}

/** One field from `ps`, for systems without /proc (macOS). */
function ask(pid: number, field: string): string | null {
  try {
    return (
      execFileSync('ps', ['-o', `${field}=`, '-p', String(pid)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim() || null
    )
  } catch {
    return null
  }
}
