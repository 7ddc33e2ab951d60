import { crc32, deflateSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { accentContrast } from '@/lib/accent'
import { findings } from '@/platform/integrity'
import { cleanPng } from '@/settings/png'
import { callProcedure, newOperator, type ProcedureReply, type TestOperator } from './testing/operators'
import { openTestProduct, type TestProduct } from './testing/product'

let product: TestProduct
let admin: TestOperator
let other: TestOperator
let theirs: TestOperator
let cookie: string

beforeAll(async () => {
  product = await openTestProduct()
  admin = await newOperator(product, 'admin')
  other = await newOperator(product, 'admin')
  theirs = await newOperator(product, 'admin', (await product.otherMerchant()).merchantId)
})
beforeEach(async () => {
  cookie = await admin.cookie()
})
afterAll(() => product.close())

const sql = async (query: string, values: unknown[] = []) => (await product.owner.query(query, values)).rows
const get = async (as = cookie) =>
  (await callProcedure(product, { path: 'settings.get', type: 'query', cookie: as })).data
const send = (path: string, input: object, as = cookie) =>
  callProcedure(product, { path, type: 'mutation', cookie: as, input })
async function update(changes: object, given: object = {}, as = cookie): Promise<ProcedureReply> {
  const { version } = await get(as)
  return send('settings.update', { newId: crypto.randomUUID(), version, changes, ...given }, as)
}
const entries = () =>
  sql(
    `SELECT actor, address, changes FROM audit_log WHERE action = 'settings.changed' AND merchant_id = $1 ORDER BY seq`,
    [product.merchantId],
  )

/** A picture of one colour, 8 bits of grey. */
function picture(width = 40, height = 20, grey = 120): string {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const rows = Buffer.alloc((1 + width) * height, grey)
  for (let at = 0; at < rows.length; at += 1 + width) rows[at] = 0
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from('Comment\0<script>alert(1)</script>')),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]).toString('base64')
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

test('a change makes the next version, and its entry says what each field was before', async () => {
  expect(await get()).toMatchObject({ version: 0, displayName: null, changedBy: null })
  expect((await update({ displayName: ' Harbour ', timeZone: 'Europe/Berlin' })).data).toMatchObject({
    version: 1,
    displayName: 'Harbour',
    changedBy: 'admin',
  })
  expect((await update({ displayName: 'Harbour Goods' })).data).toMatchObject({
    version: 2,
    timeZone: 'Europe/Berlin',
  })
  const [first, second] = (await entries()).slice(-2)
  expect(first).toMatchObject({ actor: `operator:${admin.id}` })
  expect(first?.changes).toEqual([
    { field: 'displayName', before: null, after: 'Harbour' },
    { field: 'timeZone', before: null, after: 'Europe/Berlin' },
  ])
  expect(second?.changes).toEqual([{ field: 'displayName', before: 'Harbour', after: 'Harbour Goods' }])
})

test('a repeat is the same change, another change under its id is refused, and nothing changes nothing', async () => {
  const { version } = await get()
  const request = { newId: crypto.randomUUID(), version, changes: { supportEmail: 'help@example.com' } }
  const replies = await Promise.all([1, 2, 3].map(() => send('settings.update', request)))
  expect(replies.map(({ data }) => data?.version)).toEqual([version + 1, version + 1, version + 1])
  expect((await send('settings.update', { ...request, changes: { supportEmail: null } })).kind).toBe(
    'key-reused',
  )
  const before = (await entries()).length
  expect((await update({ supportEmail: 'help@example.com' })).data.version).toBe(version + 1)
  expect(await entries()).toHaveLength(before)
})

test('of two changes of one version the second is refused, with who was before it', async () => {
  const { version } = await get()
  const mine = { newId: crypto.randomUUID(), version, changes: { displayName: 'Mine' } }
  const hers = { newId: crypto.randomUUID(), version, changes: { displayName: 'Hers' } }
  const replies = await Promise.all([
    send('settings.update', mine),
    send('settings.update', hers, await other.cookie()),
  ])
  expect(replies.map(({ kind }) => kind).toSorted()).toEqual(['changed-meanwhile', null].toSorted())
  const refused = replies.find(({ kind }) => kind !== null)
  expect(refused?.detail).toMatch(/^admin changed this at \d\d:\d\d:\d\d UTC/)
  expect((await get()).version).toBe(version + 1)
  expect((await update({ displayName: 'x' }, { version: version + 9 })).kind).toBe('changed-meanwhile')
})

test('changes of different fields follow one another, whoever presses first: two forms of one page do not refuse each other', async () => {
  const { version } = await get()
  const of = (changes: object) => ({ newId: crypto.randomUUID(), version, changes })
  const [name, zone, logo] = [
    of({ displayName: `Name ${version}` }),
    of({ timeZone: version % 2 ? 'Asia/Tokyo' : 'Europe/Paris' }),
    { newId: crypto.randomUUID(), version, png: picture(12, 12) },
  ]
  const replies = await Promise.all([
    send('settings.update', name),
    send('settings.setLogo', logo),
    send('settings.update', zone, await other.cookie()),
  ])
  expect(replies.map(({ kind }) => kind)).toEqual([null, null, null])
  expect(await get()).toMatchObject({
    version: version + 3,
    ...name.changes,
    ...zone.changes,
    logo: { width: 12, height: 12 },
  })
  // Each entry says what its own change changed, and no more.
  expect((await entries()).slice(-3).map(({ changes }) => changes.length)).toEqual([1, 1, 1])
  expect((await send('settings.update', name)).data.version).toBe(version + 3)
  expect((await update({ displayName: 'Late' }, { version })).kind).toBe('changed-meanwhile')
  await setLogo(null)
})

test.each([
  [{ displayName: '' }],
  [{ displayName: 'a\u202eb' }],
  [{ displayName: 'x'.repeat(61) }],
  [{ accent: 'red' }],
  [{ accent: '#FFF' }],
  [{ supportEmail: 'nobody' }],
  [{ supportUrl: 'javascript:alert(1)' }],
  [{ supportUrl: 'http://example.com' }],
  [{ supportUrl: 'https://user:secret@example.com' }],
  [{ statementWords: '1234' }],
  [{ statementWords: 'SHOP <b>' }],
  [{ timeZone: 'Mars/Base' }],
  [{ timeZone: '+02:00' }],
  [{ more: 1 }],
])('%o is refused', async (changes) => {
  const before = (await get()).version
  expect((await update(changes)).kind).toBe('validation')
  expect((await get()).version).toBe(before)
})

test('a colour that is lost in a theme is refused with the nearest that is not, which is taken', async () => {
  const refused = await update({ accent: '#ffe600' })
  expect(refused.kind).toBe('validation')
  expect(refused.errors[0]?.detail).toMatch(/On the light page .* contrast of \d\.\d:1/)
  const nearest = /#[0-9a-f]{6}/.exec(refused.errors[0]?.detail ?? '')?.[0] ?? ''
  expect(accentContrast(nearest).allowed).toBe(true)
  expect((await update({ accent: nearest })).data.accent).toBe(nearest)
  expect((await update({ accent: '#000000' })).errors[0]?.detail).toMatch(/On the dark page/)
})

async function setLogo(png: string | null, as = cookie): Promise<ProcedureReply> {
  const { version } = await get(as)
  return send('settings.setLogo', { newId: crypto.randomUUID(), version, png }, as)
}

test('a logo is served as a PNG of our own bytes, which may be taken for nothing else', async () => {
  const sent = picture()
  const { data } = await setLogo(sent)
  expect(data.logo).toMatchObject({ width: 40, height: 20 })
  const answer = await product.call(data.logo.url)
  const bytes = Buffer.from(await answer.arrayBuffer())
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('image/png')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(bytes.includes('script')).toBe(false)
  expect(Buffer.from(sent, 'base64').includes('script')).toBe(true)
  expect(cleanPng(bytes)).toMatchObject({ png: bytes })
  const [entry] = (await entries()).slice(-1)
  expect(entry?.changes).toEqual([
    {
      field: 'logo',
      before: null,
      after: expect.stringMatching(/^PNG 40 × 20, \d+ bytes, SHA-256 [0-9a-f]{16}$/),
    },
  ])
})

test('a logo that is in force no more is not there, nor is any other address', async () => {
  const { data: first } = await setLogo(picture(10, 10))
  const { data: second } = await setLogo(picture(11, 11))
  expect((await product.call(first.logo.url)).status).toBe(404)
  expect((await product.call(second.logo.url)).status).toBe(200)
  expect((await setLogo(null)).data.logo).toBe(null)
  for (const at of [
    second.logo.url,
    `/api/logos/${crypto.randomUUID()}.png`,
    '/api/logos/x.svg',
    '/api/logos/..%2f',
  ])
    expect([at, (await product.call(at)).status]).toEqual([
      at,
      expect.toSatisfy((status) => status === 404 || status === 400),
    ])
})

test.each<[string, string]>([
  ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>').toString('base64')],
  [
    'HTML behind a picture',
    Buffer.concat([Buffer.from(picture(), 'base64'), Buffer.from('<script>')]).toString('base64'),
  ],
  ['a JPEG', Buffer.from('ffd8ffe000104a464946', 'hex').toString('base64')],
  ['a picture that is too wide', picture(601, 1)],
  ['no base64', '%%%'],
  ['40 kB', Buffer.alloc(40_000).toString('base64')],
])('as a logo, %s is refused and nothing is stored', async (_, png) => {
  const stored = () => sql('SELECT count(*) FROM merchant_logo')
  const before = await stored()
  expect((await setLogo(png)).status).toBe(400)
  expect(await stored()).toEqual(before)
})

test('shoppers see what was chosen; without a choice a checkout carries none of it', async () => {
  const order = async (orderId: string) =>
    (await callProcedure(product, { path: 'checkout.order', type: 'query', input: { orderId } })).data
  await update({
    displayName: 'Harbour',
    accent: '#d6004a',
    supportUrl: 'https://example.com/help',
    statementWords: 'HARBOUR GOODS',
  })
  await setLogo(picture())
  const orderId = await product.newOrder()
  const { logo } = await get()
  expect(await order(orderId)).toMatchObject({
    merchantName: 'Harbour',
    brand: { accent: '#d6004a', help: 'https://example.com/help', logo },
  })
  const paid = await product.pay(
    { orderId, version: 1, paymentMethod: 'pm_card_visa', key: 'branded' },
    await product.cookie(),
  )
  const token = paid.result?.receiptUrl.split('/').at(-1)
  const receipt = await callProcedure(product, { path: 'checkout.receipt', type: 'query', input: { token } })
  expect(receipt.data).toMatchObject({
    merchantName: 'Harbour',
    statementWords: 'HARBOUR GOODS',
    brand: { accent: '#d6004a' },
  })

  await update({
    displayName: null,
    accent: null,
    supportUrl: null,
    supportEmail: null,
    statementWords: null,
  })
  await setLogo(null)
  expect(Object.keys(await order(await product.newOrder()))).not.toContain('brand')
})

test('another merchant’s settings are neither seen nor changed', async () => {
  await update({ displayName: 'Ours alone' })
  const as = await theirs.cookie()
  expect(await get(as)).toMatchObject({ version: 0, displayName: null, logo: null })
  expect((await update({ displayName: 'Theirs' }, {}, as)).data.version).toBe(1)
  expect((await get()).displayName).toBe('Ours alone')
})

test('the product’s own login can neither change nor remove a version, nor put one in ahead', async () => {
  const { db } = product.deps
  for (const statement of [
    `UPDATE merchant_settings SET accent = NULL`,
    `DELETE FROM merchant_settings`,
    `UPDATE merchant_logo SET png = png`,
  ])
    await expect(db.$executeRawUnsafe(statement), statement).rejects.toThrow(/permission denied/)
  const ahead = `INSERT INTO merchant_settings (merchant_id, version, actor) VALUES ('${product.merchantId}', 9999, 'x')`
  await expect(db.$executeRawUnsafe(ahead)).rejects.toThrow(/follows the one before/)
})

test('what an entry says of a change is covered by its hash', async () => {
  await update({ displayName: 'Chained' })
  const broken = async () =>
    (await findings(product.deps.db, ['chain'], product.merchantId)).flatMap(({ offenders }) => offenders)
  expect(await broken()).toEqual([])
  const where = `WHERE merchant_id = '${product.merchantId}' AND changes IS NOT NULL`
  const tamper = (set: string) =>
    product.owner.query(
      `SET session_replication_role = replica; UPDATE audit_log SET ${set} ${where}; SET session_replication_role = DEFAULT`,
    )
  const kept = await sql(`SELECT id, changes FROM audit_log ${where}`)
  await tamper(`changes = '[]'`)
  expect(await broken()).toMatchObject([{ detail: expect.stringMatching(/was changed$/) }])
  for (const { id, changes } of kept)
    await product.owner.query(
      `SET session_replication_role = replica; UPDATE audit_log SET changes = '${JSON.stringify(changes).replaceAll("'", "''")}' WHERE id = '${id}'; SET session_replication_role = DEFAULT`,
    )
  expect(await broken()).toEqual([])
})
