import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import { childEnv } from '@/platform/env'
import { inRoot } from '../../process/project-root'
import { filters, onConnection, withSchemaEngine } from '../../schema/schema-engine'
import { linkPackages } from './link-packages'

/** Packages of the apps that are not ours and are in this repository: what is tested is ours, so they are not downloaded. */
const THEIRS = [
  '@hono/node-server',
  '@prisma/adapter-pg',
  '@prisma/client',
  '@trpc/client',
  '@trpc/server',
  '@types/node',
  '@types/react',
  'fast-check',
  'hono',
  'next',
  'pg',
  'react',
  'react-dom',
  'typescript',
  'vitest',
  'zod',
]

/** A program of the app that has ended. */
export interface Ended {
  code: number | null
  output: string
}

const INSTALL = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']

/**
 * Makes the apps in a folder outside of this repository and installs the archives there, as their developer would. The three share the
 * installation, the schema and the database; Express, which this repository has not, is installed by its own lock file.
 */
export async function makeApps(archives: readonly string[]): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-outside-'))
  fs.cpSync(path.join(import.meta.dirname, 'outside-app'), folder, { recursive: true })
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "type": "module", "private": true }')
  await must(folder, 'npm', ['install', ...INSTALL, '--offline', '--legacy-peer-deps', ...archives])
  await must(path.join(folder, 'express'), 'npm', ['ci', ...INSTALL])
  linkPackages(THEIRS, path.join(folder, 'node_modules'))
  const fragment = fs.readFileSync(installed(folder, 'prisma/idempotency.prisma'))
  fs.appendFileSync(path.join(folder, 'schema.prisma'), fragment)
  const prisma = inRoot('node_modules/prisma/build/index.js')
  // `prisma generate` needs no engine, but searches for one: any file that is there will do.
  const env = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' }
  await must(folder, process.execPath, [prisma, 'generate', '--schema', 'schema.prisma'], env)
  await build({
    entryPoints: [
      'hono/server.ts',
      'express/server.ts',
      'client.ts',
      'guide/prove.ts',
      'first-use/prove.ts',
      'first-use/conform.ts',
    ],
    absWorkingDir: folder,
    outdir: folder,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
  })
  await must(path.join(folder, 'next'), process.execPath, [nextBin(folder), 'build'], {
    NEXT_TELEMETRY_DISABLED: '1',
  })
  return folder
}

const nextBin = (folder: string): string => path.join(folder, 'node_modules/next/dist/bin/next')

const installed = (folder: string, file: string): string =>
  path.join(folder, 'node_modules/@payonce/idempotency', file)

/** Applies the app's migrations, the second of which is the package's, with the engine of `prisma migrate deploy`. */
export async function migrateApp(folder: string, url: string): Promise<string[]> {
  const script = (file: string) => fs.readFileSync(file, 'utf8')
  const scripts = {
    '0001_orders': script(path.join(folder, 'first-migration.sql')),
    '0002_idempotency': script(installed(folder, 'prisma/migration.sql')),
  }
  const send = (text: string) => onConnection(url, async (client) => void (await client.query(text)))
  const done = await withSchemaEngine(url, send, (engine) =>
    engine.applyMigrations({
      migrationsList: {
        baseDir: folder,
        lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"' },
        shadowDbInitScript: '',
        migrationDirectories: Object.entries(scripts).map(([name, value]) => ({
          path: name,
          migrationFile: { path: 'migration.sql', content: { tag: 'ok', value } },
        })),
      },
      filters,
    }),
  )
  return done.appliedMigrationNames
}

/** The SQL by which Prisma would make the app's schema, which must describe what the migrations made. */
export async function sqlOfApp(folder: string, url: string): Promise<string> {
  const content = fs.readFileSync(path.join(folder, 'schema.prisma'), 'utf8')
  const { stdout } = await withSchemaEngine(
    url,
    async () => undefined,
    (engine) =>
      engine.diff({
        from: { tag: 'empty' },
        to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] },
        script: true,
        exitCode: null,
        filters,
      }),
  )
  return stdout ?? ''
}

/** A running server of the app. */
export interface AppServer {
  url: string
  ended: Promise<Ended>
  stop(): Promise<Ended>
  /** SIGKILL: it can do nothing more. */
  kill(): void
}

/** The apps: each is a folder. */
export const APPS = ['hono', 'express', 'next'] as const
export type App = (typeof APPS)[number]

/** Starts the server of an app. `DIE` in `env` names the moment at which it kills itself. */
export async function startApp(folder: string, app: App, env: Record<string, string>): Promise<AppServer> {
  const command = app === 'next' ? [nextBin(folder), 'start', '-H', '127.0.0.1', '-p', '0'] : ['server.js']
  const child = spawn(process.execPath, command, {
    cwd: path.join(folder, app),
    env: childEnv({ ...env, NEXT_TELEMETRY_DISABLED: '1' }),
  })
  const ended = endOf(child)
  const lines = createInterface({ input: child.stdout })
  const port = new Promise<string>((resolve) =>
    lines.on('line', (line) => {
      const [, found] = /(?:^port |http:\/\/127\.0\.0\.1:)(\d+)$/.exec(line.trim()) ?? []
      if (found !== undefined) resolve(found)
    }),
  )
  const first = await Promise.race([port, ended])
  if (typeof first !== 'string') throw new Error(`The server did not start:\n${first.output}`)
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  return { url: `http://127.0.0.1:${first}`, ended, stop, kill: () => void child.kill('SIGKILL') }
}

/** Runs a program in the app's folder to its end. */
export function runIn(folder: string, command: string, args: string[], env = {}): Promise<Ended> {
  return endOf(spawn(command, args, { cwd: folder, env: childEnv(env) }))
}

async function must(folder: string, command: string, args: string[], env = {}): Promise<void> {
  const { code, output } = await runIn(folder, command, args, env)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output}`)
}

function endOf(child: ReturnType<typeof spawn>): Promise<Ended> {
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, output: `${output}${error.message}` }))
    child.once('close', (code) => resolve({ code, output }))
  })
}
