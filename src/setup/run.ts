import { childEnv, readSetupEnv, readStartEnv } from '@/platform/env'
import { build } from './build'
import { type DatabaseCommand, databaseCommands } from './database-commands'
import { print, printError, reasonOf } from './process/console'
import { forkTypeScript } from './process/fork-typescript'
import { stopWithNpm } from './process/npm-parent'
import { inRoot } from './process/project-root'
import { databaseToVerify, findProductDatabase } from './product-database'
import { generate } from './schema/generate'
import { secretOf } from './secret'

/** The commands that run one step alone, without `npm start`: `npm run migrate | seed | merchant | verify | check | worker | generate | build`. */
const commands: Record<string, (flags: string[]) => Promise<boolean>> = {
  generate: async () => {
    print((await generate()) ? 'Generated the Prisma client.' : 'The Prisma client is up to date.')
    return true
  },
  build: async () => {
    print((await build()) ? 'Built the product.' : 'The build is up to date.')
    return true
  },
  pack: async () => {
    const { pack, sizesOf } = await import('./pack/pack')
    await generate()
    for (const line of sizesOf(await pack())) print(line)
    return true
  },
  seed: async (flags) => {
    await generate()
    const { readSeedArguments, seedOnce, seedPayments } = await import('./seed')
    const payments = readSeedArguments(flags)
    const env = readSetupEnv()
    if (env.PAYONCE_MODE === 'live')
      throw new Error('Live data is not seeded: only the sandbox has a demo shop (PAYONCE_MODE=sandbox).')
    const baseUrl = env.PAYONCE_BASE_URL ?? `http://localhost:${env.PORT}`
    const { databaseUrl } = await findProductDatabase(env)
    const { operator, apiKey, merchantId } = await seedOnce({
      databaseUrl,
      secret: secretOf(env),
      baseUrl,
      dataDir: env.dataDir,
    })
    print(`The demo shop is ready. Sign in as ${operator.email} with ${operator.password}; API key ${apiKey}`)
    if (payments > 0) {
      const onProgress = (done: number) => print(`  ${done} of ${payments} payments`)
      await seedPayments({ ownerUrl: databaseToVerify(env), databaseUrl, merchantId, payments, onProgress })
      print(`Wrote ${payments} payments of the last 90 days. npm run verify checks them.`)
    }
    return true
  },
  migrate: databaseCommands.migrate,
  merchant: withClient(databaseCommands.merchant),
  operator: withClient(databaseCommands.operator),
  verify: withClient(databaseCommands.verify),
  check: async () => {
    const { check } = await import('./test/check')
    return (await check()).failed === 0
  },
  worker: async () => {
    readStartEnv()
    await build()
    return runWorker()
  },
}

/** In the project the Prisma client is generated before it is loaded; the built folder has it. */
function withClient(run: DatabaseCommand): DatabaseCommand {
  return async (flags) => {
    await generate()
    return run(flags)
  }
}

async function runWorker(): Promise<boolean> {
  const { databaseUrl, bankDatabaseUrl } = await findProductDatabase(readSetupEnv())
  const worker = forkTypeScript(inRoot('dist/worker.js'), [], {
    execArgv: ['--enable-source-maps'],
    env: childEnv({
      DATABASE_URL: databaseUrl,
      PAYONCE_BANK_DATABASE_URL: bankDatabaseUrl,
    }),
  })
  // Passed on, so that the worker ends its running work first.
  const stop = () => void worker.kill('SIGTERM')
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  stopWithNpm(stop)
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
