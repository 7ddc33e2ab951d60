import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { childEnv } from '@/platform/env'
import { writeCheckoutBaseline } from './checkout-baseline'
import { print, step } from './process/console'
import { alone, type LockHolder } from './process/lock-file'
import { pidOf } from './process/process-id'
import { inRoot, root } from './process/project-root'
import { hashOf } from './process/source-hash'
import { hasRelease, makeRelease, removeRelease } from './release/release'
import { generate } from './schema/generate'

const stamp = inRoot('dist/built-from')

/**
 * Builds the pages (Next), the server processes (esbuild) and the folder that runs in production, unless the last build was made from the same sources.
 * One build at a time: a second caller waits. @returns false when the build was current
 * @throws Error with the output of `next build`, when that fails
 */
export async function build(signal?: AbortSignal): Promise<boolean> {
  await generate()
  if (isCurrent()) return false
  const waiting = (builder: LockHolder) =>
    print(`  waiting for another build (pid ${pidOf(builder.processId)})`)
  return alone(inRoot('dist/build.lock'), waiting, async () => {
    if (isCurrent()) return false
    await buildAll(signal)
    return true
  })
}

async function buildAll(signal: AbortSignal | undefined): Promise<void> {
  const sources = sourceHash()
  fs.rmSync(stamp, { force: true })
  removeRelease()
  print('  building, because the sources have changed (up to a minute)')
  await step('server and worker', bundleProcesses)
  await step('pages', () => buildPages(signal))
  writeCheckoutBaseline()
  await step('folder for production', makeRelease)
  fs.writeFileSync(stamp, sources)
}

function isCurrent(): boolean {
  return (
    fs.existsSync(stamp) &&
    fs.existsSync(inRoot('.next/BUILD_ID')) &&
    hasRelease() &&
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
    'docs/checkout-scripts.json',
    'docs/guides',
    'docs/your-own-page.md',
  ]
  return hashOf(
    ['src', 'prisma', 'public', ...configs].map((name) => inRoot(name)),
    (name) => /\.test\.tsx?$/.test(name) || name.startsWith('src/platform/generated'),
  )
}

/** Bundled because Node 20 does not strip types. Packages stay external: they are installed anyway, and some need files that a bundle would lose. */
async function bundleProcesses(): Promise<void> {
  // Imported here, since a start that builds nothing is faster without esbuild.
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

/** Next's output is long and of no use while all goes well, so it is shown only when the build fails. */
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
