import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { childEnv } from '@/platform/env'
import { print, step } from './process/console'
import { alone } from './process/lock-file'
import { pidOf } from './process/process-id'
import { inRoot, root } from './process/project-root'
import { hashOf } from './process/source-hash'
import { generate } from './schema/generate'

const stamp = inRoot('dist/built-from')

/** Builds pages and processes, unless that was done from these very sources. Returns whether it did. */
export async function build(signal?: AbortSignal): Promise<boolean> {
  await generate()
  if (isCurrent()) return false
  const waiting = ({ mark }: { mark: string }) =>
    print(`  another process (pid ${pidOf(mark)}) is building; waiting for it`)
  return alone(inRoot('dist/build.lock'), waiting, async () => {
    if (isCurrent()) return false
    await buildAll(signal)
    return true
  })
}

async function buildAll(signal: AbortSignal | undefined): Promise<void> {
  const sources = sourceHash()
  fs.rmSync(stamp, { force: true })
  print('  building, because the sources changed (a minute at most)')
  await step('server and worker', bundleProcesses)
  await step('pages', () => buildPages(signal))
  fs.writeFileSync(stamp, sources)
}

function isCurrent(): boolean {
  return (
    fs.existsSync(stamp) &&
    fs.existsSync(inRoot('.next/BUILD_ID')) &&
    fs.readFileSync(stamp, 'utf8') === sourceHash()
  )
}

function sourceHash(): string {
  const configs = [
    'next.config.js',
    'postcss.config.js',
    'tsconfig.json',
    'package.json',
    'package-lock.json',
  ]
  return hashOf(
    ['src', 'prisma', 'public', ...configs].map((name) => inRoot(name)),
    (name) => /\.test\.tsx?$/.test(name) || name.startsWith('src/platform/generated'),
  )
}

/** Node 20 strips no types. Packages stay outside: they are installed anyway, and some carry files that a bundle would lose. */
async function bundleProcesses(): Promise<void> {
  // Loaded here, where it is needed: a start that builds nothing is faster without it.
  const { build: bundle } = await import('esbuild')
  await bundle({
    entryPoints: { main: inRoot('src/server/main.ts'), worker: inRoot('src/server/worker.ts') },
    outdir: inRoot('dist'),
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    tsconfig: inRoot('tsconfig.json'),
    sourcemap: true,
    logLevel: 'warning',
  })
}

/** Next reports on many lines what nobody asked for; they are shown when it fails. */
function buildPages(signal: AbortSignal | undefined): Promise<void> {
  const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
  const child = spawn(process.execPath, [next, 'build'], {
    cwd: root,
    env: childEnv({ NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' }),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal ? { signal } : {}),
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`next build failed (${signal ?? code}):\n${output}`)),
    )
  })
}
