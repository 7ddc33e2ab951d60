import { checkSchema, type Missing } from '../stores/transaction/check-schema'
import type { UserClient } from '../stores/transaction/settings'

const USAGE = `Usage: payonce-idempotency check [--url postgresql://…]

Checks whether the database has the tables, functions and triggers that @payonce/idempotency needs. It changes nothing.
Without --url it reads DATABASE_URL.

Exit code 0: all is there. 1: something is missing, and is printed with what to do. 2: the database could not be asked.`

/** The part of pg that is needed; it is the user's own package. */
interface Pg {
  Client: new (options: {
    connectionString: string
    connectionTimeoutMillis: number
  }) => {
    connect(): Promise<void>
    query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>
    end(): Promise<void>
  }
}

/** The command. @returns its exit code */
async function main([command, ...args]: string[]): Promise<number> {
  const url = args[0] === '--url' ? args[1] : process.env.DATABASE_URL
  if (command !== 'check' || (args.length > 0 && (args[0] !== '--url' || args.length !== 2))) {
    console.error(USAGE)
    return 2
  }
  if (!url) {
    console.error('Set DATABASE_URL, or write --url postgresql://….')
    return 2
  }
  try {
    return report(await missingAt(url))
  } catch (error) {
    // The message of a connection, and never its url, which has a password.
    console.error(
      `The database could not be asked: ${error instanceof Error ? error.message : String(error)}`,
    )
    return 2
  }
}

async function missingAt(url: string): Promise<Missing[]> {
  const { default: pg } = (await import('pg').catch(() => {
    throw new Error('the package pg is not installed (npm install pg).')
  })) as unknown as { default: Pg }
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  await client.connect()
  const asPrisma: UserClient = {
    $queryRaw: async ({ text, values }) => (await client.query(text, values)).rows,
    $transaction: () => Promise.reject(new Error('the check changes nothing')),
    idempotencyRecord: { upsert: () => Promise.reject(new Error('the check changes nothing')) },
  }
  return checkSchema(asPrisma).finally(() => client.end())
}

function report(missing: readonly Missing[]): number {
  for (const { what, todo } of missing) console.log(`missing: ${what}\n         ${todo}`)
  if (missing.length === 0) console.log('The database has all that @payonce/idempotency needs.')
  return missing.length === 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
