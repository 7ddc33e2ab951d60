import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CommitRefused, StoreUnavailable } from '../core/store'
import { callDatabase, classify, type ErrorClass, refusedKey } from './prisma-errors'

const error = (fields: object, message = 'x') => Object.assign(new Error(message), fields)
/** A raw query's error, as Prisma 7.10 shapes it. */
const raw = (originalCode: string, originalMessage = 'x') =>
  error({
    code: 'P2010',
    meta: { driverAdapterError: { name: 'DriverAdapterError', cause: { originalCode, originalMessage } } },
  })

const TABLE: Array<[ErrorClass, string, unknown]> = [
  ['retry', 'a conflict of the model API', error({ code: 'P2034' })],
  [
    'retry',
    'a conflict of a raw query',
    error({ code: 'P2010', meta: { driverAdapterError: { cause: { kind: 'TransactionWriteConflict' } } } }),
  ],
  ['retry', 'a serialization failure', raw('40001')],
  ['retry', 'a deadlock', raw('40P01')],
  ['race', 'a lost race', error({ code: 'P2002' })],
  ['race', 'a lost race of a raw query', raw('23505')],
  ['overload', 'no server', error({ code: 'P1001' })],
  ['overload', 'no connection for a transaction', error({ code: 'P2028' })],
  ['overload', 'a read-only server', error({ code: 'P2039' })],
  ['unknown', 'a backend that was terminated', raw('57P01')],
  ['overload', 'a statement that took too long', raw('57014')],
  ['overload', 'a lock that took too long', raw('55P03')],
  ['overload', 'a full disk', raw('53100')],
  ['overload', 'too many connections', raw('53300')],
  ['unknown', 'an unknown end of a statement', raw('40003')],
  ['unknown', 'a broken connection', error({}, 'Connection terminated unexpectedly')],
  ['overload', 'a pool with no connection', error({}, 'timeout exceeded when trying to connect')],
  [
    'overload',
    'a refused connection deep inside',
    error({ cause: { cause: { errors: [{ message: 'connect ECONNREFUSED 127.0.0.1:5432' }] } } }),
  ],
  ['refused', 'a guard of a commit', raw('PO001', 'commit refused: payment touched 0 rows, not 1')],
  ['definite', 'a broken rule', raw('23514')],
  ['definite', 'a foreign key', raw('23503')],
  ['definite', 'a missing right', raw('42501')],
  ['definite', 'a mistake in SQL', raw('42601')],
  ['definite', 'a record that is not there', error({ code: 'P2025' })],
  ['definite', 'a bug of ours', new TypeError('undefined is not a function')],
  ['definite', 'a text', 'oops'],
  ['definite', 'nothing', undefined],
]

describe('classify', () => {
  test.each(TABLE)('%s: %s', (kind, _, thrown) => {
    expect(classify(thrown)).toBe(kind)
  })

  test('a guard that refused counts before all else: what it undid must not be tried again', () => {
    expect(classify(error({ code: 'P2034', cause: raw('PO001') }))).toBe('refused')
  })

  test('ends on an error that is its own cause', () => {
    const loop = error({})
    loop.cause = loop
    expect(classify(loop)).toBe('definite')
  })
})

describe('callDatabase', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  /** Calls a function that fails that often. @returns the result, and the number of calls */
  async function calling(thrown: unknown, times: number) {
    let calls = 0
    const ended = callDatabase(async () => {
      if (++calls <= times) throw thrown
      return 'done'
    }).catch((problem: unknown) => problem)
    await vi.advanceTimersByTimeAsync(5_000)
    return { calls, ended: await ended }
  }

  test.each([0, 1, 2, 3, 4])('D4 tries again %d times what may be tried again', async (times) => {
    expect(await calling(raw('40001'), times)).toEqual({ calls: times + 1, ended: 'done' })
  })

  test('D4 five times at most: then the store is unavailable, with its cause', async () => {
    const conflict = raw('40P01')
    const { calls, ended } = await calling(conflict, 99)
    expect(calls).toBe(5)
    expect(ended).toBeInstanceOf(StoreUnavailable)
    expect((ended as Error).cause).toBe(conflict)
  })

  test('tries once what is unavailable: the commit may have gone through', async () => {
    const { calls, ended } = await calling(raw('57P01'), 99)
    expect([calls, ended instanceof StoreUnavailable]).toEqual([1, true])
  })

  test('tries once what was refused, and names the write', async () => {
    const { calls, ended } = await calling(
      raw('PO001', 'commit refused: ledger-entries touched 2 rows, not 3'),
      99,
    )
    expect([calls, ended instanceof CommitRefused, (ended as CommitRefused).write]).toEqual([
      1,
      true,
      'ledger-entries',
    ])
  })

  test('throws the error itself when it is definite', async () => {
    const broken = raw('23514')
    expect(await calling(broken, 99)).toEqual({ calls: 1, ended: broken })
  })
})

describe('the key that PostgreSQL refused', () => {
  test.each<[string, unknown, string[]]>([
    ['taken', error({ detail: 'Key (gateway_ref)=(ch_1) already exists.' }), ['ch_1']],
    ['of two columns', error({ detail: 'Key (a, b)=(1, x) already exists.' }), ['1', 'x']],
    ['of an expression', error({ detail: 'Key (lower(email))=(a@b.c) already exists.' }), ['a@b.c']],
    ['missing elsewhere', error({ detail: 'Key (a)=(1) is not present in table "b".' }), ['1']],
    [
      'with parentheses and a line in it',
      error({ detail: 'Key (a)=((x)\n=(y)) already exists.' }),
      ['(x)\n=(y)'],
    ],
    ['not named', error({ detail: 'Failing row contains (1, 2).' }), []],
    ['without a detail', error({}), []],
    ['no error', null, []],
  ])('%s', (_, refused, values) => {
    expect(refusedKey(refused)).toEqual(values)
  })
})
