import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestProduct, type TestProduct } from '../testing/product'

/** The books, as a program reads them. */
let product: TestProduct
/** The database's time after each payment. */
const after: string[] = []
const AMOUNTS = [1000, 250, 4000, 75, 600]

beforeAll(async () => {
  product = await openTestProduct()
  for (const [n, amount] of AMOUNTS.entries()) {
    const body = { amount, currency: 'EUR', paymentMethod: 'pm_card_visa' }
    expect(
      (await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': `ledger-${n}` })).status,
    ).toBe(201)
    after.push(
      (await product.owner.query('SELECT clock_timestamp() AS now')).rows[0].now
        .toISOString()
        .replace('Z', '999Z'),
    )
  }
})
afterAll(() => product.close())

interface Account {
  id: string
  code: string
  balance: number
  entries: number
}

const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0)
const accounts = async (query = ''): Promise<Account[]> =>
  (await product.api('GET', `/api/v1/ledger/accounts${query}`)).body.items
const sales = async (query = '') => (await accounts(query)).find(({ code }) => code === 'sales')

it('balances sum to zero, and say what was paid', async () => {
  expect(sum((await accounts()).map(({ balance }) => balance))).toBe(0)
  expect(await sales()).toMatchObject({ balance: -sum(AMOUNTS), entries: AMOUNTS.length })
})

it('L4 at any past instant they are what they were then', async () => {
  const { id } = (await sales()) as Account
  for (const [n, at] of after.entries()) {
    const query = `?asOf=${encodeURIComponent(at)}`
    const { body } = await product.api('GET', `/api/v1/ledger/accounts/${id}${query}`)
    expect([n, body.balance]).toEqual([n, -sum(AMOUNTS.slice(0, n + 1))])
    expect(sum((await accounts(query)).map(({ balance }) => balance))).toBe(0)
  }
  expect(
    (await product.api('GET', `/api/v1/ledger/accounts/${id}?asOf=2020-01-01T00:00:00Z`)).body.balance,
  ).toBe(0)
})

it('transactions go by once each, newest first, page by page, and each sums to zero', async () => {
  const seen: { id: string; entries: { amount: number }[] }[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body } = await product.api(
      'GET',
      `/api/v1/ledger/transactions?limit=2${cursor && `&cursor=${cursor}`}`,
    )
    expect(body.items.length).toBeLessThanOrEqual(2)
    seen.push(...body.items)
    cursor = body.nextCursor
  }
  expect(new Set(seen.map(({ id }) => id))).toHaveLength(AMOUNTS.length)
  expect(seen.map(({ entries }) => sum(entries.map(({ amount }) => amount)))).toEqual(AMOUNTS.map(() => 0))
  // The one credit of a sale is all of it; what the bank keeps is a debit beside what it owes us.
  expect(seen.map(({ entries }) => -Math.min(...entries.map(({ amount }) => amount)))).toEqual(
    [...AMOUNTS].reverse(),
  )
})

it('another merchant sees none of it', async () => {
  const { token } = await product.otherMerchant()
  const theirs = (path: string) =>
    product.api('GET', `/api/v1/ledger/${path}`, undefined, { authorization: `Bearer ${token}` })
  expect((await theirs('accounts')).body.items).toEqual([])
  expect((await theirs('transactions')).body).toEqual({ items: [], nextCursor: null })
  expect(await theirs(`accounts/${(await sales())?.id}`)).toMatchObject({
    status: 404,
    body: { kind: 'not-found' },
  })
})
