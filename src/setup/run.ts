import { childEnv, readSetupEnv } from '@/platform/env'
import { build } from './build'
import { readDemo } from './demo-file'
import { print, printError, reasonOf } from './process/console'
import { forkTypeScript } from './process/fork-typescript'
import { inRoot } from './process/project-root'
import { generate } from './schema/generate'
import { migrate } from './schema/migrate'
import { secretOf } from './secret'

/** The commands that run one step alone, without `npm start`: `npm run migrate | seed | verify | check | worker | generate | build`. */
const commands: Record<string, (flags: string[]) => Promise<boolean>> = {
  generate: async () => {
    print((await generate()) ? 'Generated the Prisma client.' : 'The Prisma client is up to date.')
    return true
  },
  build: async () => {
    print((await build()) ? 'Built the product.' : 'The build is up to date.')
    return true
  },
  migrate: async () => {
    const applied = await migrate(databaseUrl())
    print(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database is up to date.')
    return true
  },
  seed: async () => {
    await generate()
    const { seedOnce } = await import('./seed')
    const env = readSetupEnv()
    if (env.PAYONCE_MODE === 'live')
      throw new Error('Live data is not seeded: only the sandbox has a demo shop (PAYONCE_MODE=sandbox).')
    const baseUrl = env.PAYONCE_BASE_URL ?? `http://localhost:${env.PORT}`
    const { operator, apiKey } = await seedOnce({
      databaseUrl: databaseUrl(),
      secret: secretOf(env),
      baseUrl,
      dataDir: env.dataDir,
    })
    print(`The demo shop is ready. Sign in as ${operator.email} with ${operator.password}; API key ${apiKey}`)
    return true
  },
  operator: async (flags) => {
    await generate()
    const { inviteOperator } = await import('./operator')
    const env = readSetupEnv()
    const baseUrl = env.PAYONCE_BASE_URL ?? readDemo(env.dataDir)?.baseUrl ?? `http://localhost:${env.PORT}`
    print(await inviteOperator(databaseUrl(), baseUrl, flags))
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

/** DATABASE_URL, else the database of the product that runs on this data folder. @throws Error when there is neither */
function databaseUrl(): string {
  const env = readSetupEnv()
  const url = env.DATABASE_URL ?? readDemo(env.dataDir)?.databaseUrl
  if (url) return url
  throw new Error(
    'No database is named. Start the product (npm start) in another terminal, or set DATABASE_URL=postgres://…',
  )
}

function runWorker(): Promise<boolean> {
  const worker = forkTypeScript(inRoot('dist/worker.js'), [], {
    execArgv: ['--enable-source-maps'],
    env: childEnv({ DATABASE_URL: databaseUrl() }),
  })
  // Passed on, so that the worker ends its running work first.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => worker.kill(signal))
  return new Promise((resolve) => worker.once('exit', (code) => resolve(code === 0)))
}

const [name = '', ...flags] = process.argv.slice(2)
const command = commands[name]
if (!command)
  printError(
    `${name ? `There is no command "${name}". ` : ''}Usage: npm run ${Object.keys(commands).join(' | ')}`,
  )
process.exitCode = (await command?.(flags).catch(printReason)) ? 0 : 1

function printReason(error: unknown): false {
  printError(reasonOf(error))
  return false
}
