import { type ChildProcess, type ForkOptions, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { root } from './project-root'

/** Arguments that make Node run TypeScript: Node 20 does not strip types. */
export const typescriptArgs = ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]

/** Starts one of our TypeScript files as a child process with an IPC channel. */
export function forkTypeScript(file: string, args: string[], options: ForkOptions = {}): ChildProcess {
  return fork(file, args, { cwd: root, execArgv: typescriptArgs, ...options })
}
