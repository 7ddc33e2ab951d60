import { type ChildProcess, type ForkOptions, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { root } from './project-root'

/** How Node 20, which strips no types, is made to run TypeScript. */
export const typescriptArgs = ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]

/** Starts one of our TypeScript files as a process of its own, with a line to it. */
export function forkTypeScript(file: string, args: string[], options: ForkOptions = {}): ChildProcess {
  return fork(file, args, { cwd: root, execArgv: typescriptArgs, ...options })
}
