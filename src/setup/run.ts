import {
  childEnv,
  modeServed,
  readSetupEnv,
  readStartEnv,
  refuseUnsafeDatabase,
  refuseUnsafeOwner,
  secretsFor,
} from '@/platform/env'
import { build } from './build'
import { readDemo } from './demo-file'
import { print, printError, reasonOf } from './process/console'
import { forkTypeScript } from './process/fork-typescript'
import { stopWithNpm } from './process/npm-parent'
import { inRoot } from './process/project-root'
import { databaseToMigrate, databaseToVerify, findProductDatabase } from './product-database'
import { generate } from './schema/generate'
import { migrate } from './schema/migrate'
import { knownSecretOf, secretOf } from './secret'

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
  migrate: async () => {
    refuseUnsafeOwner()
    const applied = await migrate(await databaseToMigrate(readSetupEnv()))
    print(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database is up to date.')
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
  merchant: async (flags) => {
    await generate()
    if (flags[0] === 'account') return merchantAccount(flags.slice(1))
    const { merchantCommand } = await import('./merchant')
    const env = readSetupEnv()
    print(await merchantCommand(flags, { databaseUrl: () => namedDatabase(env), mode: modeServed(env) }))
    return true
  },
  operator: async (flags) => {
    await generate()
    const { operatorCommand } = await import('./operator')
    const env = readSetupEnv()
    const baseUrl = env.PAYONCE_BASE_URL ?? readDemo(env.dataDir)?.baseUrl ?? `http://localhost:${env.PORT}`
    print(await operatorCommand(flags, { databaseUrl: await namedDatabase(env), baseUrl }))
    return true
  },
  verify: async (flags) => {
    refuseUnsafeOwner()
    await generate()
    const { readVerifyArguments, verify } = await import('./verify')
    const env = readSetupEnv()
    const secret = knownSecretOf(env)
    const secrets = secret === null ? null : secretsFor({ ...env, PAYONCE_SECRET: secret }, 'receipt-code')
    return verify(databaseToVerify(env), readVerifyArguments(flags), secrets, env.PAYONCE_BANK_URL ?? null)
  },
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

/** `npm run merchant -- account`, as the owner of the tables. */
async function merchantAccount(flags: string[]): Promise<boolean> {
  const { accountCommand } = await import('./merchant-account')
  const env = readSetupEnv()
  const ownerUrl = () => {
    refuseUnsafeOwner()
    return databaseToMigrate(env)
  }
  const keys = () => secretsFor({ ...env, PAYONCE_SECRET: secretOf(env) }, 'gateway-account')
  print(
    await accountCommand(flags, {
      ownerUrl,
      mode: modeServed(env),
      keys,
      variables: env,
      ownIsStripe: env.PAYONCE_GATEWAY === 'stripe',
      url: env.PAYONCE_STRIPE_URL,
      stdin: process.stdin,
    }),
  )
  return true
}

/** The database that a command writes into as the product. @throws Error in live mode without verified TLS, or when there is none */
async function namedDatabase(env: ReturnType<typeof readSetupEnv>): Promise<string> {
  refuseUnsafeDatabase()
  return (await findProductDatabase(env)).databaseUrl
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
