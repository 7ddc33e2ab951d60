import fs from 'node:fs'
import { z } from 'zod'
import { childEnv, readSetupEnv } from '@/platform/env'
import { build } from './build'
import { print, printError, reasonOf } from './process/console'
import { forkTypeScript } from './process/fork-typescript'
import { inRoot } from './process/project-root'
import { generate } from './schema/generate'
import { migrate } from './schema/migrate'
import { secretOf } from './secret'

/** `npm run migrate | seed | verify | check | worker | generate | build`: one step by itself, outside `npm start`. */
const commands: Record<string, (flags: string[]) => Promise<boolean>> = {
  generate: async () => {
    print((await generate()) ? 'The Prisma client was made.' : 'The Prisma client is current.')
    return true
  },
  build: async () => {
    print((await build()) ? 'The product was built.' : 'The build is current.')
    return true
  },
  migrate: async () => {
    const applied = await migrate(databaseUrl())
    print(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database has all migrations.')
    return true
  },
  seed: async () => {
    await generate()
    const { seedOnce } = await import('./seed')
    const env = readSetupEnv()
    if (env.PAYONCE_MODE === 'live')
      throw new Error('Only the sandbox has a demo shop; live data is not seeded.')
    const baseUrl = env.PAYONCE_BASE_URL ?? `http://localhost:${env.PORT}`
    const { operator, apiKey } = await seedOnce({
      databaseUrl: databaseUrl(),
      secret: secretOf(env),
      baseUrl,
      dataDir: env.dataDir,
    })
    print(`The shop is there. Sign in as ${operator.email} with ${operator.password}; API key ${apiKey}`)
    return true
  },
  verify: async (flags) => {
    await generate()
    const { verify } = await import('./verify')
    return verify(databaseUrl(), { json: flags.includes('--json') })
  },
  check: async () => {
    const { check } = await import('./test/check')
    return (await check()).failed === 0
  },
  worker: async () => {
    await build()
    return runWorker()
  },
}

/** DATABASE_URL, else the database of the product that runs from this folder. */
function databaseUrl(): string {
  const env = readSetupEnv()
  if (env.DATABASE_URL) return env.DATABASE_URL
  try {
    return z
      .object({ databaseUrl: z.string() })
      .parse(JSON.parse(fs.readFileSync(`${env.dataDir}/demo.json`, 'utf8'))).databaseUrl
  } catch {
    throw new Error(
      'Which database? Start the product (npm start) in another terminal, or set DATABASE_URL=postgres://…',
    )
  }
}

function runWorker(): Promise<boolean> {
  const worker = forkTypeScript(inRoot('dist/worker.js'), [], {
    execArgv: ['--enable-source-maps'],
    env: childEnv({ DATABASE_URL: databaseUrl() }),
  })
  // Ctrl-C reaches the worker too, and it ends when its work is done.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => worker.kill(signal))
  return new Promise((resolve) => worker.once('exit', (code) => resolve(code === 0)))
}

const [name = '', ...flags] = process.argv.slice(2)
const command = commands[name]
if (!command) printError(`Which step? ${Object.keys(commands).join(', ')}`)
process.exitCode = (await command?.(flags).catch(tellWhy)) ? 0 : 1

function tellWhy(error: unknown): false {
  printError(reasonOf(error))
  return false
}
