import { describe, expect, it } from 'vitest'
import { defineOperation } from '../../core/define-operation'
import { ProblemError } from '../../problems'
import { createIdempotent } from './idempotent'
import { openEngine } from './prisma-engine'

const never = () => Promise.reject(new Error('the database was asked'))
const prisma = { $queryRaw: never, $transaction: never, idempotencyRecord: { upsert: never } }
/** A call as a program without types may make it. */
const build = (options: unknown) => () => createIdempotent(options as { prisma: typeof prisma })

describe('createIdempotent', () => {
  it.each([
    [undefined, /createIdempotent\(\{ prisma \}\)/],
    [{}, /not a PrismaClient.*new PrismaClient/],
    [{ prisma: { ...prisma, $transaction: undefined } }, /inside a transaction/],
    [{ prisma: { $queryRaw: never, $transaction: never } }, /idempotency\.prisma.*npx prisma generate/],
    [{ prisma, waitMS: 5 }, /no option `waitMS`.*`waitMs`/],
    [{ prisma, waitMs: -1 }, /`waitMs` is -1.*milliseconds from 0 to 60000/],
    [{ prisma, waitMs: '5s' }, /`waitMs` is "5s"/],
    [{ prisma, timeoutMs: 0.5 }, /`timeoutMs` is 0\.5/],
    [{ prisma, maxWaitMs: Number.NaN }, /`maxWaitMs` is NaN/],
    [{ prisma, retentionDays: 0 }, /days from 1 to 3650/],
    [{ prisma, isolationLevel: 'Snapshot' }, /'ReadCommitted', 'RepeatableRead' or 'Serializable'/],
    [{ prisma, secret: 'too short' }, /openssl rand -base64 32/],
    [{ prisma, secret: [] }, /16 characters/],
    [{ prisma, transformer: { serialize: never } }, /`transformer: superjson`/],
  ])('refuses %j when it is built, and says what to write', (options, message) => {
    expect(build(options)).toThrow(TypeError)
    expect(build(options)).toThrow(message)
  })

  it('repeats no secret in its error', () => {
    expect(build({ prisma, secret: 'abc' })).not.toThrow(/abc/)
  })

  const idempotent = createIdempotent({ prisma })
  const request = { operation: 'orders.create', key: 'k', scope: 'user:1', input: {} }
  const call = (changed: object) => idempotent({ ...request, ...changed } as typeof request, async () => null)

  it.each([
    [{ operation: 'create order' }, /orders\.create/],
    [{ scope: '' }, /one user could read another's answer/],
    [{ scope: undefined }, /the owner of the key/],
    [{ scope: { tenant: 'acme', actor: 'user:1' } }, /UUID of the tenant/],
    [{ input: undefined }, /the parsed input, an object/],
    [{ input: Promise.resolve({ amount: 5 }) }, /await it/],
    [{ input: new Map([['amount', 5]]) }, /a plain object or an array/],
    [{ input: new FormData() }, /a plain object or an array/],
    [{ status: 500 }, /from 200 to 299/],
    [{ retentionDays: 0 }, /orders\.create: `retentionDays` is 0.*days from 1 to 3650/],
    [{ waitMs: 1.5 }, /orders\.create: `waitMs` is 1\.5/],
  ])('refuses a call with %j before the database is asked', async (changed, message) => {
    await expect(call(changed)).rejects.toThrow(TypeError)
    await expect(call(changed)).rejects.toThrow(message)
  })

  it.each([
    [undefined, 'key-missing'],
    ['', 'key-missing'],
    ['x'.repeat(256), 'key-invalid'],
    ['schlüssel', 'key-invalid'],
  ])('answers the key %j with a problem, before the database is asked', async (key, kind) => {
    const error = await call({ key }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ProblemError)
    expect(error).toMatchObject({ problem: { kind } })
  })
})

describe('openEngine', () => {
  it.each([
    [{ prisma: {}, secret: 'x'.repeat(16) }, /not a PrismaClient/],
    [{ prisma }, /openssl/],
    [{ prisma, secret: 'short' }, /16 characters/],
    [{ prisma, secret: 'x'.repeat(16), leaseMs: 5 }, /from 1000 to 600000/],
    [{ prisma, secret: 'x'.repeat(16), observe: 'log' }, /`observe` is a function/],
    [{ prisma, secret: 'x'.repeat(16), lease: 5 }, /no option `lease`.*`leaseMs`/],
    [undefined, /openEngine\(\{ prisma, secret \}\)/],
  ])('refuses %j', async (options, message) => {
    await expect(openEngine(options as Parameters<typeof openEngine>[0])).rejects.toThrow(message)
  })
})

describe('defineOperation', () => {
  const definition = {
    name: 'orders.pay',
    begin: () => null,
    ask: async () => ({ paid: true }),
    find: async () => ({ paid: true }),
    finish: () => ({
      to: 'completed' as const,
      answer: { status: 201, problem: null, body: '{}' },
      writes: [],
    }),
    recall: async () => ({ id: '1' }),
  }
  const operation = defineOperation(definition)

  it.each([
    [{ name: '' }, /`name`/],
    [{ find: undefined }, /no `find`.*never be settled/],
    [{ recall: 'row' }, /no `recall`/],
    [{ retryInMs: 1 }, /100 to 3600000/],
    [{ retentionDays: 3_651 }, /defineOperation: orders\.pay: `retentionDays` is 3651.*days from 1 to 3650/],
    [{ waitMs: '5s' }, /`waitMs` is "5s".*milliseconds from 0 to 60000/],
    [{ volatile: 'sentAt' }, /\['sentAt'\]/],
    [{ whyRefused: true }, /`whyRefused`.*a function, or left out/],
    [{ whileDoubted: () => [] }, /no option `whileDoubted`.*`whileInDoubt`/],
  ])('refuses %j', (changed, message) => {
    expect(() => defineOperation({ ...definition, ...changed } as never)).toThrow(message)
  })

  it('has a retention and a wait of its own, where it states them', () => {
    expect(operation).toMatchObject({ retentionDays: undefined, waitMs: undefined })
    expect(defineOperation({ ...definition, retentionDays: 90, waitMs: 0 })).toMatchObject({
      retentionDays: 90,
      waitMs: 0,
    })
  })

  it('keeps a doubt for later, and stores what is known', () => {
    expect(operation.finish({ id: '1' }, operation.doubt('no answer'))).toEqual({
      to: 'unknown',
      answer: null,
      writes: [],
      retryInMs: 5_000,
    })
    expect(operation.finish({ id: '1' }, { paid: true })).toMatchObject({ to: 'completed' })
  })

  it('leaves the key free where nothing was begun', async () => {
    expect(await operation.whyRefused({})).toMatchObject({ kind: 'problem', problem: { kind: 'not-found' } })
  })
})
