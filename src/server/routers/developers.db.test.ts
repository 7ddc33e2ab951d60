import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperator } from '@/access/operator'
import { showId, uuidv7 } from '@/lib/id'
import { auditOf } from '@/platform/audit'
import { openTestProduct, type TestProduct } from '../testing/product'

const PASSWORD = 'correct horse battery'
let product: TestProduct
let ours: string
let ourId: string
let theirs: string

beforeAll(async () => {
  product = await openTestProduct()
  const other = await product.otherMerchant()
  ours = await signIn('ours@example.com', product.merchantId)
  const row = await product.owner.query(`SELECT id FROM operator WHERE email = 'ours@example.com'`)
  ourId = row.rows[0].id
  theirs = await signIn('theirs@example.com', other.merchantId)
})
afterAll(() => product.close())

const PAGE = { 'content-type': 'application/json', origin: 'http://localhost:3000' }

async function signIn(email: string, merchantId: string): Promise<string> {
  await createOperator(product.deps.auth, { email, password: PASSWORD, name: 'Operator', merchantId })
  const answer = await product.call('/api/auth/sign-in/email', {
    method: 'POST',
    headers: PAGE,
    body: JSON.stringify({ email, password: PASSWORD }),
  })
  return (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
}

async function outcomeOf(answer: Response) {
  const body = await answer.json()
  return { status: answer.status, data: body.result?.data, kind: body.error?.data?.idempotency?.kind }
}

const list = async (cookie = ours) =>
  outcomeOf(await product.call('/api/trpc/developers.keys', { headers: { cookie } }))
const send = async (procedure: string, input: object, cookie = ours) =>
  outcomeOf(
    await product.call(`/api/trpc/developers.${procedure}`, {
      method: 'POST',
      headers: { ...PAGE, cookie },
      body: JSON.stringify(input),
    }),
  )

const newKey = (changes: object = {}) => ({
  newId: randomUUID(),
  name: 'Server',
  scopes: ['payments:read'],
  expiresInDays: null,
  ...changes,
})
const make = async (changes: object = {}) =>
  (await send('createKey', newKey(changes))).data as { id: string; token: string }
const rowOf = async (id: string) => (await list()).data.keys.find((key: { id: string }) => key.id === id)
const trail = async (id: string) =>
  (await auditOf(product.deps.db, product.merchantId, uuid(id))).map(
    ({ actor, action }) => `${actor === `operator:${ourId}` ? 'us' : actor} ${action}`,
  )
const uuid = (id: string) => id.slice(4).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
/** True while a program may call with this token. */
const opens = async (token: string) =>
  (await product.api('GET', '/api/v1/payments', undefined, { authorization: `Bearer ${token}` })).status

test('a key is made, opens the API, is listed without its token, and is in the audit', async () => {
  const input = newKey({ name: '  Warehouse ', expiresInDays: 30 })
  const { status, data } = await send('createKey', input)
  expect({ status, data }).toEqual({
    status: 200,
    data: { outcome: 'made', id: showId('key', input.newId), token: expect.stringMatching(/^sk_test_/) },
  })
  expect(await opens(data.token)).toBe(200)
  const listed = await list()
  expect(await rowOf(data.id)).toMatchObject({
    name: 'Warehouse',
    hint: `sk_test_…${data.token.slice(-4)}`,
    mode: 'test',
    scopes: ['payments:read'],
    state: 'active',
    idle: false,
    createdBy: 'ours@example.com',
    expiresAt: expect.any(String),
    revokedAt: null,
    successorId: null,
  })
  expect(JSON.stringify(listed)).not.toContain(data.token.slice(8))
  expect(await trail(data.id)).toEqual(['us api-key.created'])
})

test('its answer is stored by no cache on the way', async () => {
  const answer = await product.call('/api/trpc/developers.createKey', {
    method: 'POST',
    headers: { ...PAGE, cookie: ours },
    body: JSON.stringify(newKey()),
  })
  expect(answer.headers.get('cache-control')).toBe('no-store')
})

test('pressed ten times at once it is one key, and one answer has the token', async () => {
  const input = newKey({ name: 'Ten' })
  const answers = await Promise.all(Array.from({ length: 10 }, () => send('createKey', input)))
  expect(answers.map(({ status, data }) => [status, data.id])).toEqual(
    answers.map(() => [200, showId('key', input.newId)]),
  )
  expect(answers.filter(({ data }) => data.outcome === 'made' && data.token)).toHaveLength(1)
  expect(answers.filter(({ data }) => data.outcome === 'before')).toHaveLength(9)
  expect((await list()).data.keys.filter(({ name }: { name: string }) => name === 'Ten')).toHaveLength(1)
  expect(await trail(showId('key', input.newId))).toHaveLength(1)
})

test('rotated with an overlap both keys open; without one the old key ends at once', async () => {
  const [slow, fast] = [await make(), await make()]
  const later = await send('rotateKey', { id: slow.id, newId: randomUUID(), overlapHours: 24 })
  const now = await send('rotateKey', { id: fast.id, newId: randomUUID(), overlapHours: 0 })
  expect([await opens(slow.token), await opens(later.data.token)]).toEqual([200, 200])
  expect([await opens(fast.token), await opens(now.data.token)]).toEqual([401, 200])
  expect([await rowOf(slow.id), await rowOf(fast.id)]).toMatchObject([
    { state: 'overlap', successorId: later.data.id, expiresAt: expect.any(String) },
    { state: 'rotated', successorId: now.data.id },
  ])
  expect(await trail(slow.id)).toEqual(['us api-key.created', 'us api-key.rotated'])
})

test('rotated ten times at once it has one successor; another dialog learns that it has one', async () => {
  const { id } = await make({ name: 'Turned' })
  const input = { id, newId: randomUUID(), overlapHours: 1 }
  const answers = await Promise.all(Array.from({ length: 10 }, () => send('rotateKey', input)))
  expect(answers.map(({ data }) => data.outcome).sort()).toEqual([
    ...Array.from({ length: 9 }, () => 'before'),
    'made',
  ])
  expect((await send('rotateKey', { ...input, newId: randomUUID() })).data).toEqual({ outcome: 'ended' })
  expect((await list()).data.keys.filter(({ name }: { name: string }) => name === 'Turned')).toHaveLength(2)
})

test('revoked it opens nothing any more, and once more changes nothing', async () => {
  const { id, token } = await make()
  expect(await opens(token)).toBe(200)
  expect((await send('revokeKey', { id })).data).toEqual({ outcome: 'revoked' })
  expect(await opens(token)).toBe(401)
  const row = await rowOf(id)
  expect(row).toMatchObject({ state: 'revoked', revokedAt: expect.any(String) })
  expect((await send('revokeKey', { id })).data).toEqual({ outcome: 'before' })
  expect(await rowOf(id)).toEqual(row)
  expect(await trail(id)).toEqual(['us api-key.created', 'us api-key.revoked'])
  expect((await send('rotateKey', { id, newId: randomUUID(), overlapHours: 1 })).data).toEqual({
    outcome: 'ended',
  })
})

test('a key that has expired is distinguished from one that was revoked', async () => {
  const { id } = await make({ expiresInDays: 1 })
  await product.owner.query('UPDATE api_key SET expires_at = created_at WHERE id = $1', [uuid(id)])
  expect(await rowOf(id)).toMatchObject({ state: 'expired' })
})

test('without a session nothing is shown and nothing done', async () => {
  const standing = async () =>
    (await list()).data.keys.map(({ id, state }: { id: string; state: string }) => `${id} ${state}`)
  const { id } = await make()
  const before = await standing()
  const answers = [
    await list(''),
    await send('createKey', newKey(), ''),
    await send('rotateKey', { id, newId: randomUUID(), overlapHours: 1 }, ''),
    await send('revokeKey', { id }, ''),
  ]
  expect(answers.map(({ status, kind }) => [status, kind])).toEqual(answers.map(() => [401, 'unauthorized']))
  expect(await standing()).toEqual(before)
})

test('another merchant’s key is not there', async () => {
  const { id, token } = await make()
  const answers = [
    await send('rotateKey', { id, newId: randomUUID(), overlapHours: 0 }, theirs),
    await send('revokeKey', { id }, theirs),
  ]
  const nobodys = await send('revokeKey', { id: showId('key', uuidv7()) }, theirs)
  expect([...answers, nobodys].map(({ status, kind }) => [status, kind])).toEqual(
    [1, 2, 3].map(() => [404, 'not-found']),
  )
  expect(JSON.stringify(await list(theirs))).not.toContain(id)
  expect(await opens(token)).toBe(200)
  // The same id chosen by another merchant is a key of theirs, and changes nothing of ours.
  const copy = await send('createKey', { ...newKey(), newId: uuid(id) }, theirs)
  expect(copy.data.outcome).toBe('made')
  expect(await opens(token)).toBe(200)
})

test.each<[string, object]>([
  ['no name', { name: '  ' }],
  ['a name too long', { name: 'x'.repeat(101) }],
  ['a control character', { name: 'a\u0000b' }],
  ['a card number for a name', { name: '4242 4242 4242 4242' }],
  ['no scope', { scopes: [] }],
  ['a scope that there is not', { scopes: ['everything'] }],
  ['no time to live', { expiresInDays: 0 }],
  ['an id that is none', { newId: 'key_1' }],
  ['a member that the schema does not know', { token: 'sk_test_mine' }],
])('%s is refused', async (_, changes) => {
  const before = (await list()).data.keys.length
  expect((await send('createKey', newKey(changes))).status).toBe(400)
  expect((await list()).data.keys).toHaveLength(before)
})

test.each([-1, 0.5, 169])('an overlap of %s h is refused', async (overlapHours) => {
  const { id } = await make()
  expect((await send('rotateKey', { id, newId: randomUUID(), overlapHours })).status).toBe(400)
})

test('a form of another site makes no key', async () => {
  const headers = { 'content-type': 'application/json', origin: 'https://evil.example', cookie: ours }
  const answer = await product.call('/api/trpc/developers.createKey', {
    method: 'POST',
    headers,
    body: JSON.stringify(newKey()),
  })
  expect(answer.status).toBe(403)
})
