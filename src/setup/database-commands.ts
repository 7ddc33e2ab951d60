import { modeServed, readSetupEnv, refuseUnsafeDatabase, refuseUnsafeOwner, secretsFor } from '@/platform/env'
import { readDemo } from './demo-file'
import { print } from './process/console'
import { databaseToMigrate, databaseToVerify, findProductDatabase } from './product-database'
import { migrate } from './schema/migrate'
import { knownSecretOf, secretOf } from './secret'

/** One step that prints its result. @returns whether it succeeded @throws Error that says why nothing was done */
export type DatabaseCommand = (flags: string[]) => Promise<boolean>

type Name = 'migrate' | 'merchant' | 'operator' | 'verify'

/** The commands that need a database and nothing else: in the project (`npm run …`) and in the built folder alike. */
export const databaseCommands: Record<Name, DatabaseCommand> = {
  migrate: async () => {
    refuseUnsafeOwner()
    const applied = await migrate(await databaseToMigrate(readSetupEnv()))
    print(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database is up to date.')
    return true
  },
  merchant: async (flags) => {
    if (flags[0] === 'account') return merchantAccount(flags.slice(1))
    if (flags[0] === 'erase') return eraseCustomer(flags.slice(1))
    const { merchantCommand } = await import('./merchant')
    const env = readSetupEnv()
    print(await merchantCommand(flags, { databaseUrl: () => namedDatabase(env), mode: modeServed(env) }))
    return true
  },
  operator: async (flags) => {
    const [{ operatorCommand }, { wrappingOf }] = await Promise.all([
      import('./operator'),
      import('@/access/answer-wrapping'),
    ])
    const env = readSetupEnv()
    const baseUrl = env.PAYONCE_BASE_URL ?? readDemo(env.dataDir)?.baseUrl ?? `http://localhost:${env.PORT}`
    const wrapping = () => wrappingOf({ ...env, PAYONCE_SECRET: secretOf(env) })
    print(await operatorCommand(flags, { databaseUrl: await namedDatabase(env), baseUrl, wrapping }))
    return true
  },
  verify: async (flags) => {
    refuseUnsafeOwner()
    const [{ readVerifyArguments, verify }, { wrappingOf }] = await Promise.all([
      import('./verify'),
      import('@/access/answer-wrapping'),
    ])
    const env = readSetupEnv()
    const secret = knownSecretOf(env)
    const secrets = secret === null ? null : secretsFor({ ...env, PAYONCE_SECRET: secret }, 'receipt-code')
    const wrapping = secret === null ? null : wrappingOf({ ...env, PAYONCE_SECRET: secret })
    const known = { secrets, wrapping, bankUrl: env.PAYONCE_BANK_URL ?? null }
    return verify(databaseToVerify(env), readVerifyArguments(flags), known)
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

/** `npm run merchant -- erase`, as the owner of the tables. */
async function eraseCustomer(flags: string[]): Promise<boolean> {
  const { eraseCommand } = await import('./erase-customer')
  print(
    await eraseCommand(flags, () => {
      refuseUnsafeOwner()
      return databaseToMigrate(readSetupEnv())
    }),
  )
  return true
}

/** The database that a command writes into as the product. @throws Error in live mode without verified TLS, or when there is none */
async function namedDatabase(env: ReturnType<typeof readSetupEnv>): Promise<string> {
  refuseUnsafeDatabase()
  return (await findProductDatabase(env)).databaseUrl
}
