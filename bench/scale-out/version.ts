import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { childEnv } from '@/platform/env'
import { inRoot, root } from '@/setup/process/project-root'

const run = promisify(execFile)
/** 16 MiB of what a command prints. */
const OUTPUT = 16 * 1024 * 1024

/** A built version of the product: the folder of its checkout. */
export interface Version {
  folder: string
  /** Removes the folder, where it was made here. */
  remove(): void
}

/**
 * The version before: a folder that is built already, or a revision of this repository, which is checked out beside it and built.
 * @returns null where the repository has no such revision, as in an archive without history
 */
export async function previousVersion(name: string): Promise<Version | null> {
  if (fs.existsSync(path.join(name, 'dist/main.js')))
    return { folder: path.resolve(name), remove: () => undefined }
  const commit = await run('git', ['rev-parse', '--verify', '--quiet', `${name}^{commit}`], {
    cwd: root,
  }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  )
  return commit === null ? null : checkOut(commit)
}

async function checkOut(commit: string): Promise<Version> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-previous-'))
  const remove = () => fs.rmSync(folder, { recursive: true, force: true })
  try {
    const archive = path.join(folder, 'checkout.tar')
    await run('git', ['archive', '--output', archive, commit], { cwd: root })
    await run('tar', ['xf', archive, '-C', folder])
    fs.rmSync(archive)
    const options = { cwd: folder, env: childEnv(), maxBuffer: OUTPUT }
    await run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], options)
    await run('npm', ['run', '-s', 'build'], options)
    return { folder, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** Runs a command of that version, such as `migrate`. @returns what it printed @throws Error when it fails */
export async function command(
  { folder }: Pick<Version, 'folder'>,
  name: 'migrate' | 'seed',
  variables: Partial<NodeJS.ProcessEnv>,
): Promise<string> {
  const args = ['--import', 'tsx', 'src/setup/run.ts', name]
  const options = { cwd: folder, env: childEnv(variables), maxBuffer: OUTPUT }
  return (await run(process.execPath, args, options)).stdout
}

/** The names of the migrations that a version has. */
export function migrationsOf({ folder }: Pick<Version, 'folder'>): string[] {
  const files = fs.readdirSync(path.join(folder, 'prisma/migrations'), { withFileTypes: true })
  return files.filter((file) => file.isDirectory()).map(({ name }) => name)
}

/** This checkout. */
export const THIS_VERSION: Version = { folder: inRoot('.'), remove: () => undefined }
