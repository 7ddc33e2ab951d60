import { execFile } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { childEnv } from '@/platform/env'
import { reasonOf } from '../process/console'
import { alone } from '../process/lock-file'
import { inRoot, root } from '../process/project-root'
import { hashOf } from '../process/source-hash'

const generated = inRoot('src/platform/generated')
const stamp = path.join(generated, 'made-from')

/** Generates the Prisma client, unless it was generated from the same schema. @returns false when it was current */
export async function generate(): Promise<boolean> {
  if (isCurrent()) return false
  return alone(
    inRoot('node_modules/.cache/payonce/generate.lock'),
    () => undefined,
    async () => {
      if (isCurrent()) return false
      await runPrisma()
      fs.writeFileSync(stamp, wanted())
      return true
    },
  )
}

function isCurrent(): boolean {
  return fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted()
}

function wanted(): string {
  return hashOf([inRoot('prisma/schema'), inRoot('prisma.config.ts'), prismaFile('package.json')])
}

const prismaFile = (name: string): string =>
  path.join(path.dirname(createRequire(import.meta.url).resolve('prisma/package.json')), name)

/** `prisma generate` needs no engine, but searches for one and would download it: naming any existing file satisfies it. */
async function runPrisma(): Promise<void> {
  const env = childEnv({
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  })
  try {
    await promisify(execFile)(process.execPath, [prismaFile('build/index.js'), 'generate'], {
      cwd: root,
      env,
    })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`prisma generate failed:\n${stdout}${stderr || reasonOf(error)}`)
  }
}
