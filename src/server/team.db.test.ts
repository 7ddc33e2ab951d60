import { afterAll, beforeAll, expect, test } from 'vitest'
import { callProcedure, newOperator } from './testing/operators'
import { openTestProduct, type TestProduct } from './testing/product'

let product: TestProduct
beforeAll(async () => {
  product = await openTestProduct()
})
afterAll(() => product.close())

const ask = (path: string, cookie: string, input?: object) =>
  callProcedure(product, { path, type: 'query', cookie, ...(input ? { input } : {}) })
const send = (path: string, cookie: string, input: object = {}) =>
  callProcedure(product, { path, type: 'mutation', cookie, input })
const entries = async (subject: string) =>
  (
    await product.owner.query('SELECT action, changes FROM audit_log WHERE subject = $1 ORDER BY seq', [
      subject,
    ])
  ).rows

test('a change of a role that somebody else has changed meanwhile is refused, with who', async () => {
  const [ada, bob] = [await newOperator(product, 'admin'), await newOperator(product, 'admin')]
  const member = await newOperator(product, 'viewer')
  const change = { id: member.id, from: 'viewer' }
  expect((await send('operators.setRole', await ada.cookie(), { ...change, role: 'support' })).kind).toBe(
    null,
  )
  const late = await send('operators.setRole', await bob.cookie(), { ...change, role: 'admin' })
  expect([late.kind, late.detail]).toEqual([
    'changed-meanwhile',
    expect.stringMatching(/^admin changed this at .* Nothing was done/),
  ])
  expect(await entries(member.id)).toEqual([
    { action: 'operator.role-changed', changes: [{ field: 'role', before: 'viewer', after: 'support' }] },
  ])
})

test('two changes of one role at once: one is done, and the log says of it what was before', async () => {
  const admin = await newOperator(product, 'admin')
  const member = await newOperator(product, 'viewer')
  const replies = await Promise.all(
    ['support', 'admin'].map(async (role) =>
      send('operators.setRole', await admin.cookie(), { id: member.id, role, from: 'viewer' }),
    ),
  )
  expect(replies.map(({ kind }) => kind).toSorted()).toEqual(['changed-meanwhile', null].toSorted())
  expect(await entries(member.id)).toMatchObject([{ changes: [{ before: 'viewer' }] }])
})

test('whoever is removed is named in the log: who they were and what they could do', async () => {
  const admin = await newOperator(product, 'admin')
  const member = await newOperator(product, 'support')
  await send('operators.remove', await admin.cookie(), { id: member.id })
  expect(await entries(member.id)).toEqual([
    {
      action: 'operator.removed',
      changes: [
        { field: 'name', before: 'support', after: null },
        { field: 'email', before: member.email, after: null },
        { field: 'role', before: 'support', after: null },
      ],
    },
  ])
})

test('of two admins who demote each other at once, one stays, whatever was shown', async () => {
  const { merchantId } = await product.otherMerchant()
  const [ada, bob] = [
    await newOperator(product, 'admin', merchantId),
    await newOperator(product, 'admin', merchantId),
  ]
  const [asAda, asBob] = [await ada.cookie(), await bob.cookie()]
  await Promise.all([
    send('operators.setRole', asAda, { id: bob.id, role: 'viewer', from: 'admin' }),
    send('operators.remove', asBob, { id: ada.id }),
  ])
  const { rows } = await product.owner.query(
    `SELECT count(*)::int AS admins FROM operator WHERE merchant_id = $1 AND role = 'admin'`,
    [merchantId],
  )
  expect(rows).toEqual([{ admins: 1 }])
})

test('an admin sees a colleague’s sessions and ends one or all; the next request of it finds itself signed out', async () => {
  const admin = await newOperator(product, 'admin')
  const member = await newOperator(product, 'viewer')
  const [one, two] = [await member.cookie(), await member.cookie()]
  const cookie = await admin.cookie()
  const { data } = await ask('operators.sessions', cookie, { id: member.id })
  expect(data.sessions).toHaveLength(2)
  const session = data.sessions[0].id
  expect((await send('operators.endSessions', cookie, { id: member.id, session })).data).toEqual({ ended: 1 })
  expect((await send('operators.endSessions', cookie, { id: member.id, session })).kind).toBe('not-found')
  const alive = await Promise.all([one, two].map(async (each) => (await ask('operator.current', each)).kind))
  expect(alive.toSorted()).toEqual(['unauthorized', null].toSorted())
  // A session of somebody else is not ended under this operator's id.
  const own = (await ask('account.get', cookie)).data.sessions[0].id
  expect((await send('operators.endSessions', cookie, { id: member.id, session: own })).kind).toBe(
    'not-found',
  )
  expect((await send('operators.endSessions', cookie, { id: member.id })).data).toEqual({ ended: 1 })
  expect(await entries(member.id)).toMatchObject([{ action: 'sessions.ended' }, { action: 'sessions.ended' }])
})

test('all other sessions end, and this one goes on', async () => {
  const member = await newOperator(product, 'viewer')
  const [here, there] = [await member.cookie(), await member.cookie()]
  expect((await send('account.endOtherSessions', here)).data).toEqual({ ended: 1 })
  expect((await ask('operator.current', here)).kind).toBe(null)
  expect((await ask('operator.current', there)).kind).toBe('unauthorized')
})

test('an address has one open invitation: a second one, or a new link, ends the link before', async () => {
  const cookie = await (await newOperator(product, 'admin')).cookie()
  const invite = { email: 'New@Example.com', role: 'viewer' }
  const codeOf = ({ data }: { data: { link: string } }) => data.link.split('/').at(-1)
  const opens = async (code: string | undefined) => (await ask('invitation.get', '', { code })).kind === null
  const [first, second] = await Promise.all([1, 2].map(() => send('operators.invite', cookie, invite)))
  if (!first || !second) throw new Error('no answer')
  const works = await Promise.all([first, second].map((reply) => opens(codeOf(reply))))
  expect(works.filter(Boolean)).toHaveLength(1)
  const open = (await ask('operators.list', cookie)).data.invitations
  expect(open).toMatchObject([{ email: 'new@example.com' }])
  const renewed = await send('operators.renewInvitation', cookie, { id: open[0].id })
  expect(renewed.data.email).toBe('new@example.com')
  expect(await opens(codeOf(renewed))).toBe(true)
  expect(await Promise.all([first, second].map((reply) => opens(codeOf(reply))))).toEqual([false, false])
  expect((await send('operators.renewInvitation', cookie, { id: open[0].id })).kind).toBe('not-found')
})

test('a choice of mails is in the log with what was chosen before, and once', async () => {
  const member = await newOperator(product, 'viewer')
  const cookie = await member.cookie()
  for (const kinds of [['parked'], ['parked'], []]) await send('alerts.chooseMails', cookie, { kinds })
  expect(await entries(member.id)).toEqual([
    { action: 'alert-mails.chosen', changes: [{ field: 'mails', before: null, after: 'parked' }] },
    { action: 'alert-mails.chosen', changes: [{ field: 'mails', before: 'parked', after: null }] },
  ])
})
