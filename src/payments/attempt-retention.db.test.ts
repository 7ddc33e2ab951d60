import { afterAll, beforeAll, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { openTestProduct, type TestProduct } from '@/server/testing/product'
import { check } from '@/setup/verify'
import { countAttempts, forgetAttempts } from './attempt-counts'

let product: TestProduct

beforeAll(async () => {
  product = await openTestProduct()
})
afterAll(() => product.close())

const attempts = () => product.deps.db.attempt.count()
/** Attempts of so many days ago, as the product wrote them then. */
async function attemptsOf(days: number, count: number): Promise<void> {
  for (let index = 0; index < count; index++)
    await product.deps.db.$executeRawUnsafe(
      `INSERT INTO attempt (merchant_id, id, record_id, operation, outcome, presses, status, source, request_id, worker, at, duration_ms)
       VALUES ($1::uuid, $2::uuid, 'r', 'payments.create', 'rejected', 1, 409, 'test', 'q', 'w', now() - $3::int * interval '1 day', 1)`,
      product.merchantId,
      uuidv7(),
      days,
    )
}
/** Counts until nothing is left: other databases of the server may hold that back for a while. */
async function counted(): Promise<void> {
  const { rows } = await product.owner.query('SELECT pg_current_xact_id()::text::bigint AS xid')
  await expect
    .poll(
      async () => {
        await countAttempts(product.deps.db, 1_000)
        const at = await product.owner.query('SELECT attempts_xid FROM attempts_counted')
        return BigInt(at.rows[0]?.attempts_xid ?? 0) > BigInt(rows[0].xid)
      },
      { timeout: 50_000 },
    )
    .toBe(true)
}
const remove = () => product.deps.db.$executeRawUnsafe('DELETE FROM attempt')

it('attempts of more than 180 days ago are removed in batches, once they are counted; the counts stay', async () => {
  await attemptsOf(181, 5)
  expect(await forgetAttempts(product.deps.db, 10)).toBe(0)
  await expect(remove()).rejects.toThrow(/not counted yet/)
  await attemptsOf(179, 2)
  await counted()
  expect(await forgetAttempts(product.deps.db, 3)).toBe(3)
  expect(await forgetAttempts(product.deps.db, 3)).toBe(2)
  expect([await forgetAttempts(product.deps.db, 3), await attempts()]).toEqual([0, 2])
  // Nobody removes a younger one.
  await expect(remove()).rejects.toThrow(/younger than 180 days/)
  const { rows } = await product.owner.query('SELECT sum(attempts)::int AS attempts FROM attempt_half_hour')
  expect(rows).toEqual([{ attempts: 7 }])
  const { findings } = await check(product.deps.db)
  expect(findings.filter(({ offenders }) => offenders.length > 0)).toEqual([])
})
