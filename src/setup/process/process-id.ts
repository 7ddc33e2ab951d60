import { type ChildProcess, execFileSync } from 'node:child_process'
import fs from 'node:fs'

/**
 * Which process a number means. A pid is used again, in a container often at once, so a file that names a process
 * must also say when that process began: `4711@882311`. Null when no such process runs.
 */
export function processId(pid: number): string | null {
  const began = startOf(pid)
  return began === null ? null : `${pid}@${began}`
}

/** Does the very process that was marked still run? */
export function stillRuns(mark: string): boolean {
  const pid = pidOf(mark)
  return pid > 0 && processId(pid) === mark
}

/** Has a child of ours ended, or never begun? */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined
}

export function pidOf(mark: string): number {
  return Number.parseInt(mark, 10)
}

/** The command a process was started with, or the empty string. */
export function commandOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ask(pid, 'args') ?? ''
  }
}

/** Also of a process that has ended and whose parent has not looked yet. */
export function parentOf(pid: number): number {
  return Number(statOf(pid)?.[1] ?? ask(pid, 'ppid') ?? 0)
}

function startOf(pid: number): string | null {
  if (!fs.existsSync('/proc/self/stat')) return ask(pid, 'lstart')
  const fields = statOf(pid)
  // Z: it has ended, and its parent has not looked yet.
  return fields?.[0] === 'Z' ? null : (fields?.[19] ?? null)
}

/** Linux's own account, from after the name in brackets, which may hold anything: state, parent, …, twentieth the start time. */
function statOf(pid: number): string[] | null {
  try {
    return fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()?.split(' ') ?? null
  } catch {
    return null
  }
}

/** Systems without /proc (macOS). */
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
