import { spawn } from 'node:child_process'
import { childEnv } from '@/platform/env'
import { inRoot, root } from './project-root'

/** The end of a tool: `ok` for exit code 0, and all that it printed. */
export interface ToolResult {
  ok: boolean
  output: string
}

/** Runs a tool of node_modules/.bin and collects its output; with `live` the output goes to the terminal instead. Never rejects. */
export function runTool(
  name: string,
  args: string[],
  options: { live?: boolean; env?: Record<string, string> } = {},
): Promise<ToolResult> {
  return runCommand(inRoot('node_modules/.bin', name), args, options)
}

/** The same for any command. `timeoutMs`: 0 for no limit. */
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
  const collect = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ ok: false, output: `${output}${error.message}\n` }))
    child.once('close', (code, signal) =>
      resolve({ ok: code === 0, output: code === null ? `${output}ended by ${signal}\n` : output }),
    )
  })
}
