import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperator } from '@/access/operator'
import { uuidv7 } from '@/lib/id'
import { auditNow } from '@/platform/audit'
import { openTestProduct, type TestProduct } from '../testing/product'

const PASSWORD = 'correct horse battery'
const PAGE = { 'content-type': 'application/json', origin: 'http://localhost:3000' }
let product: TestProduct
let ours: string
let theirs: string

beforeAll(async () => {
  product = await openTestProduct()
  const other = await product.otherMerchant()
  ours = await signIn('ours@example.com', product.merchantId)
  theirs = await signIn('theirs@example.com', other.merchantId)
  for (let index = 0; index < 5; index++) await add({ detail: `number ${index}` })
  await add({ action: 'other.done', detail: '=1+1 "quoted", and\nbroken', by: { ...BY, name: 'key:abc' } })
})
afterAll(() => product.close())

const BY = { name: 'operator:ann', address: '203.0.113.7', requestId: 'req-1' }
const add = (changes: object = {}) =>
  auditNow(product.deps.db, {
    merchantId: product.merchantId,
    id: uuidv7(),
    by: BY,
    action: 'test.done',
    subject: 'thing',
    detail: '',
    ...changes,
  })

async function signIn(email: string, merchantId: string): Promise<string> {
  await createOperator(product.deps.auth, { email, password: PASSWORD, name: 'Operator', merchantId })
  const answer = await product.call('/api/auth/sign-in/email', {
    method: 'POST',
    headers: PAGE,
    body: JSON.stringify({ email, password: PASSWORD }),
  })
  return (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
}

async function ask(procedure: string, input: object | null, cookie = ours) {
  const query = input ? `?input=${encodeURIComponent(JSON.stringify(input))}` : ''
  const answer = await product.call(`/api/trpc/audit.${procedure}${query}`, { headers: { cookie } })
  const body = await answer.json()
  return { status: answer.status, data: body.result?.data }
}
const download = (query: string, cookie = ours) =>
  product.call(`/api/audit/export?${query}`, { headers: { cookie } })

test('48 the log is listed newest first, page by page, and no entry twice', async () => {
  const seen: string[] = []
  let cursor: string | null | undefined
  do {
    const { data } = await ask('list', { limit: 2, ...(cursor ? { cursor } : {}) })
    seen.push(...data.items.map((item: { seq: string }) => item.seq))
    cursor = data.nextCursor
  } while (cursor)
  expect(seen.length).toBeGreaterThanOrEqual(6)
  expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => String(seen.length - index)))
})

test('8 an operator and a key are named; who has no name has none', async () => {
  const { merchantId, deps } = product
  const [key] = await deps.db.apiKey.findMany({ where: { merchantId }, select: { id: true, name: true } })
  if (!key) throw new Error('the product of the tests has an API key')
  await add({ action: 'named', subject: 'other', by: { ...BY, name: `key:${key.id}` } })
  const { data } = await ask('list', { action: 'named' })
  expect(data.items).toMatchObject([{ actor: `key:${key.id}`, actorName: key.name }])
  const signIns = await ask('list', { action: 'sign-in' })
  expect(signIns.data.items).toMatchObject([{ actorName: 'Operator' }])
  expect((await ask('list', { action: 'other.done' })).data.items).toMatchObject([{ actorName: null }])
})

test.each([
  [{ actor: 'key:a' }, 1],
  [{ action: 'test' }, 5],
  [{ subject: 'thing' }, 6],
  [{ subject: 'thin' }, 0],
  [{ actor: '%' }, 0],
  [{ until: '2000-01-01T00:00:00Z' }, 0],
  [{ from: '2000-01-01T00:00:00Z', action: 'other' }, 1],
])('48 filters by %j', async (filter, count) => {
  expect((await ask('list', filter)).data.items).toHaveLength(count)
})

test('48 another merchant sees none of it, and nobody who is not signed in does', async () => {
  expect((await ask('list', { subject: 'thing' }, theirs)).data.items).toEqual([])
  expect((await ask('chains', null, theirs)).data.heads).not.toContainEqual(
    expect.objectContaining({ seq: expect.stringMatching(/^[6-9]$/) }),
  )
  expect((await ask('list', {}, '')).status).toBe(401)
  expect((await download('format=csv', '')).status).toBe(401)
  expect(await (await download('format=jsonl&subject=thing', theirs)).text()).toBe('')
})

test('48 exports what is filtered, as CSV without formulas and as JSON Lines', async () => {
  const csv = await download('format=csv&action=other')
  expect(csv.headers.get('content-disposition')).toBe('attachment; filename="audit.csv"')
  const text = await csv.text()
  expect(text.split('\r\n')[0]).toBe(
    'seq,at,atLocal,actor,address,requestId,action,subject,detail,id,hash,changes',
  )
  expect(text).toContain(`,"'=1+1 ""quoted"", and\nbroken",`)
  const lines = (await (await download('format=jsonl&action=test')).text()).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).detail)).toEqual(
    [4, 3, 2, 1, 0].map((index) => `number ${index}`),
  )
})

test.each(['', 'format=xml', 'format=csv&from=yesterday', 'format=csv&x=1', 'format=csv&actor=%00'])(
  '48 a bad export (%s) is a 400',
  async (query) => {
    expect((await download(query)).status).toBe(400)
  },
)

test('48 the chains are verified on request, and the first wrong entry is named', async () => {
  expect((await ask('chains', null)).data).toMatchObject({ wrong: [], heads: [{ chain: 'audit' }] })
  const client = await product.owner.connect()
  await client.query(
    `SET session_replication_role = replica; UPDATE audit_log SET detail = 'x' WHERE merchant_id = '${product.merchantId}' AND detail = 'number 2'`,
  )
  client.release(true)
  // An answer is shared for two seconds.
  await expect
    .poll(async () => (await ask('chains', null)).data.wrong, { timeout: 10_000, interval: 300 })
    .toEqual([
      { subject: expect.stringMatching(/^audit_log #\d+$/), detail: expect.stringContaining('was changed') },
    ])
})
