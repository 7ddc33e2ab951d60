import { afterAll, beforeAll, expect, test } from 'vitest'
import { useCheapPasswords } from './testing/cheap-passwords'
import { callProcedure, newOperator, TEST_PASSWORD } from './testing/operators'
import { openTestProduct, type TestProduct } from './testing/product'

let product: TestProduct
beforeAll(async () => {
  product = await openTestProduct()
  await useCheapPasswords(product.deps.auth)
})
afterAll(() => product.close())

const ask = (path: string, cookie: string, input?: object) =>
  callProcedure(product, { path, type: 'query', cookie, ...(input ? { input } : {}) })
const send = (path: string, cookie: string, input: object = {}) =>
  callProcedure(product, { path, type: 'mutation', cookie, input })
const sql = async (query: string, values: unknown[] = []) => (await product.owner.query(query, values)).rows
const trail = async (subject: string) =>
  (await sql('SELECT actor, action FROM audit_log WHERE subject = $1 ORDER BY at, id', [subject])).map(
    ({ actor, action }) => `${actor} ${action}`,
  )
const stale = (id: string) =>
  sql('UPDATE operator_session SET verified_at = now() - interval $$301 seconds$$ WHERE user_id = $1', [id])
const apiKey = () => ({
  newId: crypto.randomUUID(),
  name: 'Server',
  scopes: ['payments:read'],
  expiresInDays: null,
})

async function signIn(email: string, password: string, cookie = '') {
  return product.call('/api/auth/sign-in/email', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://localhost:3000', cookie },
    body: JSON.stringify({ email, password }),
  })
}
const cookieOf = (answer: Response) => (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''

test('a key needs a confirmation within 5 minutes; after it the same request goes through', async () => {
  const admin = await newOperator(product, 'admin')
  const cookie = await admin.cookie()
  expect((await send('developers.createKey', cookie, apiKey())).kind).toBeNull()
  await stale(admin.id)
  const input = apiKey()
  expect(await send('developers.createKey', cookie, input)).toMatchObject({
    status: 403,
    kind: 'step-up-required',
  })
  expect(await sql('SELECT FROM api_key WHERE id = $1', [input.newId])).toHaveLength(0)
  expect((await send('account.confirm', cookie, { password: 'not her password' })).kind).toBe('forbidden')
  expect((await send('developers.createKey', cookie, input)).kind).toBe('step-up-required')
  expect((await send('account.confirm', cookie, { password: TEST_PASSWORD })).kind).toBeNull()
  expect((await send('developers.createKey', cookie, input)).data.outcome).toBe('made')
  const who = `operator:${admin.id}`
  expect(await trail(admin.id)).toEqual([`${who} step-up.failed`, `${who} step-up`])
})

test('a confirmation is for its own session, not for another of the same operator', async () => {
  const admin = await newOperator(product, 'admin')
  const [one, other] = [await admin.cookie(), await admin.cookie()]
  await stale(admin.id)
  await send('account.confirm', one, { password: TEST_PASSWORD })
  expect((await send('developers.createKey', one, apiKey())).kind).toBeNull()
  expect((await send('developers.createKey', other, apiKey())).kind).toBe('step-up-required')
})

test('the fifth wrong password in a row ends the session, also when twenty are sent at once', async () => {
  const viewer = await newOperator(product, 'viewer')
  const cookie = await viewer.cookie()
  const wrong = () => send('account.confirm', cookie, { password: 'a guess of somebody' })
  const kinds = (await Promise.all(Array.from({ length: 20 }, wrong))).map(({ kind }) => kind)
  // Those that waited too long for a connection were not tried.
  while (!kinds.includes('unauthorized') && kinds.length < 40) kinds.push((await wrong()).kind)
  expect(kinds.filter((kind) => kind === 'forbidden').length).toBeLessThanOrEqual(4)
  expect(kinds.filter((kind) => !['forbidden', 'unauthorized', 'unavailable'].includes(kind ?? ''))).toEqual(
    [],
  )
  expect((await ask('operator.current', cookie)).kind).toBe('unauthorized')
  // A right one in between begins the count again.
  const again = await viewer.cookie()
  for (let i = 0; i < 3; i++) {
    await send('account.confirm', again, { password: 'a guess of somebody' })
    await send('account.confirm', again, { password: 'a guess of somebody' })
    expect((await send('account.confirm', again, { password: TEST_PASSWORD })).kind).toBeNull()
  }
})

test('a session ends 24 hours after its sign-in, whatever its use', async () => {
  const viewer = await newOperator(product, 'viewer')
  const cookie = await viewer.cookie()
  const age = (hours: number) =>
    product.owner.query(
      `SET session_replication_role = replica;
       UPDATE operator_session SET created_at = now() - interval '${hours} hours', updated_at = now() - interval '1 hour',
         expires_at = now() + interval '11 hours' WHERE user_id = '${viewer.id}';
       RESET session_replication_role;`,
    )
  await age(23)
  expect((await ask('operator.current', cookie)).kind).toBeNull()
  const [row] = await sql(
    'SELECT expires_at <= created_at + interval $$24 hours$$ AS ends FROM operator_session WHERE user_id = $1',
    [viewer.id],
  )
  expect(row).toEqual({ ends: true })
  await age(25)
  // The next use is the last: what would prolong the session finds that it is over.
  await ask('operator.current', cookie)
  expect((await ask('operator.current', cookie)).kind).toBe('unauthorized')
})

test('no server can prolong a session beyond that, or make it younger', async () => {
  const viewer = await newOperator(product, 'viewer')
  await viewer.cookie()
  await sql(
    'UPDATE operator_session SET created_at = now() + interval $$9 days$$, expires_at = $$2099-01-01$$ WHERE user_id = $1',
    [viewer.id],
  )
  const [row] = await sql(
    'SELECT expires_at = created_at + interval $$24 hours$$ AS capped, created_at <= now() AS old FROM operator_session WHERE user_id = $1',
    [viewer.id],
  )
  expect(row).toEqual({ capped: true, old: true })
})

test('an operator sees the own sessions, ends one, and signs out everywhere', async () => {
  const viewer = await newOperator(product, 'viewer')
  const other = await newOperator(product, 'viewer')
  const [here, there, elsewhere] = [await viewer.cookie(), await viewer.cookie(), await viewer.cookie()]
  const others = await other.cookie()
  const { data } = await ask('account.get', here)
  expect(data).toMatchObject({ email: viewer.email, role: 'viewer' })
  expect(data.sessions.map(({ current }: { current: boolean }) => current).sort()).toEqual([
    false,
    false,
    true,
  ])
  const ofThere = (await ask('account.get', there)).data.sessions.find(
    ({ current }: { current: boolean }) => current,
  )
  expect((await send('account.endSession', others, { id: ofThere.id })).kind).toBe('not-found')
  expect((await ask('operator.current', there)).kind).toBeNull()
  expect((await send('account.endSession', here, { id: ofThere.id })).kind).toBeNull()
  expect((await ask('operator.current', there)).kind).toBe('unauthorized')
  await send('account.endAllSessions', here)
  expect((await ask('operator.current', here)).kind).toBe('unauthorized')
  expect((await ask('operator.current', elsewhere)).kind).toBe('unauthorized')
  expect((await ask('operator.current', others)).kind).toBeNull()
})

test('a new password ends the other sessions, and a common one is refused', async () => {
  const viewer = await newOperator(product, 'viewer')
  const [here, there] = [await viewer.cookie(), await viewer.cookie()]
  const change = (current: string, next: string) => send('account.changePassword', here, { current, next })
  expect((await change('not the password', 'four rivers, no bridge')).kind).toBe('forbidden')
  expect((await change(TEST_PASSWORD, 'password1234')).kind).toBe('validation')
  expect((await change(TEST_PASSWORD, TEST_PASSWORD)).kind).toBe('validation')
  expect((await ask('operator.current', there)).kind).toBeNull()
  expect((await change(TEST_PASSWORD, 'four rivers, no bridge')).kind).toBeNull()
  expect((await ask('operator.current', here)).kind).toBeNull()
  expect((await ask('operator.current', there)).kind).toBe('unauthorized')
  expect((await signIn(viewer.email, TEST_PASSWORD)).status).toBe(401)
  expect((await signIn(viewer.email, 'four rivers, no bridge')).status).toBe(200)
  expect(await trail(viewer.id)).toEqual([
    `operator:${viewer.id} step-up.failed`,
    `operator:${viewer.id} password.changed`,
    'system sign-in.failed',
    `operator:${viewer.id} sign-in`,
  ])
})

test('signing in again makes a new session and ends the browser’s old one', async () => {
  const viewer = await newOperator(product, 'viewer')
  const first = cookieOf(await signIn(viewer.email, TEST_PASSWORD))
  const second = cookieOf(await signIn(viewer.email, TEST_PASSWORD, first))
  expect(second).not.toBe(first)
  expect((await ask('operator.current', first)).kind).toBe('unauthorized')
  expect((await ask('operator.current', second)).kind).toBeNull()
})

test('an invited person joins with the role of the invitation, once; the database has no usable link', async () => {
  const admin = await newOperator(product, 'admin')
  const cookie = await admin.cookie()
  const { data } = await send('operators.invite', cookie, { email: 'Grace@Example.com', role: 'support' })
  const code = data.link.split('/').at(-1) as string
  expect(JSON.stringify(await sql('SELECT * FROM operator_invitation'))).not.toContain(code)
  expect((await ask('invitation.get', '', { code })).data).toMatchObject({
    email: 'grace@example.com',
    role: 'support',
    merchant: 'Test shop',
  })
  const person = { code, name: 'Grace', password: 'four rivers, no bridge' }
  expect((await send('invitation.accept', '', { ...person, password: 'sunshine2024' })).kind).toBe(
    'validation',
  )
  expect((await send('invitation.accept', '', { ...person, role: 'admin' })).kind).toBe('validation')
  const answers = await Promise.all(Array.from({ length: 5 }, () => send('invitation.accept', '', person)))
  expect(answers.filter(({ kind }) => kind === null)).toHaveLength(1)
  expect(answers.every(({ kind }) => kind === null || kind === 'not-found')).toBe(true)
  const joined = await signIn('grace@example.com', person.password)
  expect(joined.status).toBe(200)
  expect((await ask('operator.current', cookieOf(joined))).data).toMatchObject({
    name: 'Grace',
    role: 'support',
  })
  expect((await ask('invitation.get', '', { code })).kind).toBe('not-found')
  const [{ id }] = (await sql('SELECT id FROM operator WHERE email = $1', ['grace@example.com'])) as [
    { id: string },
  ]
  expect((await trail(id))[0]).toBe(`operator:${id} operator.joined`)
  expect(await trail(data.id)).toEqual([`operator:${admin.id} operator.invited`])
})

test('a revoked, an expired and a made-up invitation open nothing', async () => {
  const cookie = await (await newOperator(product, 'admin')).cookie()
  const make = async (email: string) =>
    (await send('operators.invite', cookie, { email, role: 'admin' })).data as { id: string; link: string }
  const [revoked, expired] = [await make('r@example.com'), await make('e@example.com')]
  expect((await send('operators.revokeInvitation', cookie, { id: revoked.id })).kind).toBeNull()
  expect((await send('operators.revokeInvitation', cookie, { id: revoked.id })).kind).toBe('not-found')
  await sql('UPDATE operator_invitation SET expires_at = now() WHERE id = $1', [expired.id])
  const codes = [revoked.link, expired.link, 'https://x/made-up'].map((link) => link.split('/').at(-1) ?? '')
  for (const code of codes) {
    const answer = await send('invitation.accept', '', {
      code,
      name: 'Eve',
      password: 'four rivers, no bridge',
    })
    expect(answer.kind).toBe('not-found')
  }
  const listed = (await ask('operators.list', cookie)).data.invitations.map(({ id }: { id: string }) => id)
  expect(listed).not.toContain(revoked.id)
  expect(listed).not.toContain(expired.id)
})

test('an invitation does not take over an operator who is there already', async () => {
  const admin = await newOperator(product, 'admin')
  const known = await newOperator(product, 'viewer')
  const { data } = await send('operators.invite', await admin.cookie(), { email: known.email, role: 'admin' })
  const code = data.link.split('/').at(-1)
  const answer = await send('invitation.accept', '', {
    code,
    name: 'Eve',
    password: 'four rivers, no bridge',
  })
  expect(answer.kind).toBe('validation')
  expect((await signIn(known.email, TEST_PASSWORD)).status).toBe(200)
  expect((await ask('operator.current', await known.cookie())).data.role).toBe('viewer')
})

test('a changed role counts at once, and the operator’s sessions end', async () => {
  const [admin, person] = [await newOperator(product, 'admin'), await newOperator(product, 'support')]
  const [cookie, theirs] = [await admin.cookie(), await person.cookie()]
  expect((await send('operators.setRole', cookie, { id: person.id, role: 'viewer' })).kind).toBeNull()
  expect((await ask('operator.current', theirs)).kind).toBe('unauthorized')
  expect((await ask('operator.current', await person.cookie())).data.role).toBe('viewer')
  const last = await person.cookie()
  expect((await send('operators.remove', cookie, { id: person.id })).kind).toBeNull()
  expect((await ask('operator.current', last)).kind).toBe('unauthorized')
  expect((await signIn(person.email, TEST_PASSWORD)).status).toBe(401)
  expect(await trail(person.id)).toEqual([
    `operator:${admin.id} operator.role-changed`,
    `operator:${admin.id} operator.removed`,
  ])
})

test('a merchant always keeps an admin, also when two demote each other at once', async () => {
  const { merchantId } = await product.otherMerchant()
  const [one, two] = [
    await newOperator(product, 'admin', merchantId),
    await newOperator(product, 'admin', merchantId),
  ]
  const [first, second] = [await one.cookie(), await two.cookie()]
  await Promise.all([
    send('operators.setRole', first, { id: two.id, role: 'viewer' }),
    send('operators.remove', second, { id: one.id }),
  ])
  const admins = await sql('SELECT id FROM operator WHERE merchant_id = $1 AND role = $$admin$$', [
    merchantId,
  ])
  expect(admins).toHaveLength(1)
  const left = [one, two].find(({ id }) => id === admins[0]?.id) ?? one
  const cookie = await left.cookie()
  for (const [path, change] of [
    ['setRole', { role: 'support' }],
    ['remove', {}],
  ] as const)
    expect((await send(`operators.${path}`, cookie, { id: left.id, ...change })).kind).toBe('validation')
  expect((await ask('operator.current', cookie)).data.role).toBe('admin')
})
