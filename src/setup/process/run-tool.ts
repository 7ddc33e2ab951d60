import { spawn } from 'node:child_process'
import { childEnv } from '@/platform/env'
import { inRoot, root } from './project-root'

/** How a tool of node_modules ended: all it printed, and whether it was content. */
export interface ToolResult {
  ok: boolean
  output: string
}

/** Runs a tool and keeps what it prints; with `live`, a person sees it as it comes. */
export function runTool(
  name: string,
  args: string[],
  options: { live?: boolean; env?: Record<string, string> } = {},
): Promise<ToolResult> {
  return runCommand(inRoot('node_modules/.bin', name), args, options)
}

export function runCommand(
  command: string,
  args: string[],
  options: { live?: boolean; env?: Record<string, string>; timeoutMs?: number } = {},
): Promise<ToolResult> {
  const { live = false, env = {}, timeoutMs = 0 } = options
  const child = spawn(command, args, {
    cwd: root,
    env: childEnv(env),
    stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
    timeout: timeoutMs,
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ ok: false, output: `${output}${error.message}\n` }))
    child.once('close', (code, signal) =>
      resolve({ ok: code === 0, output: code === null ? `${output}ended by ${signal}\n` : output }),
    )
  })
}
