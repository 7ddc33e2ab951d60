import { randomUUID } from 'node:crypto'
import { checkNames } from '../../core/check-options'
import { systemClock } from '../../core/clock'
import { Engine } from '../../core/engine'
import type { Observe } from '../../core/events'
import { PrismaStore } from '../prisma'
import type { SqlForm } from '../sql'
import { assertSchema } from './check-schema'
import { checkClient, type UserClient } from './settings'

/** Options of `openEngine`. */
export interface PrismaEngineOptions {
  /** Your own PrismaClient. */
  prisma: UserClient
  /** A secret of the server, of 16 characters or more: it keys the hashes by which a *key-reused* problem names the fields that differ. */
  secret: string | readonly [string, ...string[]]
  /** How long a claim lasts without being renewed, in milliseconds, 1,000 to 600,000; 30,000 by default. Twice the longest answer of the outside. */
  leaseMs?: number
  /** Receives every step and every alert. Must not throw. By default alerts, which a person should read, go to `console.error`. */
  observe?: Observe
}

/** An engine on a Prisma store. */
export interface PrismaEngine {
  engine: Engine<SqlForm>
  store: PrismaStore
}

/**
 * Opens an engine for operations that ask someone outside, on your own database.
 * @throws TypeError for an option that is wrong, with what to write instead
 * @throws SchemaIncomplete when the database cannot give what the engine needs
 */
export async function openEngine(options: PrismaEngineOptions): Promise<PrismaEngine> {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('openEngine takes one object: openEngine({ prisma, secret }).')
  checkNames('openEngine', options, ['prisma', 'secret', 'leaseMs', 'observe'])
  const { prisma, secret, leaseMs = 30_000, observe = reportAlerts } = options
  checkClient('openEngine', prisma)
  const [first, ...more] = typeof secret === 'string' ? [secret] : (secret ?? [])
  if (first === undefined || [first, ...more].some((one) => typeof one !== 'string' || one.length < 16))
    throw new TypeError(
      'openEngine: `secret` needs 16 characters or more. Make one with `openssl rand -base64 32`.',
    )
  if (!Number.isInteger(leaseMs) || leaseMs < 1_000 || leaseMs > 600_000)
    throw new TypeError(
      'openEngine: `leaseMs` is a whole number of milliseconds from 1000 to 600000, or left out (30000).',
    )
  if (typeof observe !== 'function')
    throw new TypeError('openEngine: `observe` is a function that receives events, or left out.')
  await assertSchema(prisma)
  const store = new PrismaStore(prisma, `node ${process.pid}`, randomUUID, leaseMs)
  const engine = new Engine<SqlForm>({
    store,
    observe,
    clock: systemClock,
    newId: randomUUID,
    fieldSecrets: [first, ...more],
  })
  return { engine, store }
}

const reportAlerts: Observe = (event) => {
  if (event.step === 'alert')
    console.error(`${event.operation} ${event.recordId}: ${event.message}`, event.error ?? '')
}
