import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { listRecords } from '@/idempotency/stores/read'
import { uuidv7 } from '@/lib/id'
import { countPayments, listPayments, type PaymentListing } from '@/payments/read'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { type Db, openDb, openPool } from './db'
import { indexSearches } from './search-index'

const [OURS, THEIRS] = [uuidv7(), uuidv7()]
const MERCHANTS = [OURS, THEIRS]
const TRIGGERS = {
  payment: ['late_payment_is_searched', 'late_card_is_searched'],
  orders: ['late_text_is_searched'],
  idempotency_record: ['late_record_is_searched'],
}

let database: TestDatabase
let owner: pg.Client
/** Writers of a test: what they left open ends with it, since copying waits for every transaction of the server. */
const writing: pg.Client[] = []
let pool: pg.Pool
let db: Db

beforeAll(async () => {
  database = await testDatabase()
  owner = await connect()
  writing.length = 0
  pool = openPool(database.appUrl, { max: 4, name: 'search-index' })
  db = openDb(pool)
  for (const merchant of MERCHANTS)
    await owner.query(`INSERT INTO merchant (id, name) VALUES ('${merchant}', 'Shop')`)
  // Of the newest rows two are read first, not 500: so a few rows reach all parts of a search.
  for (const [name, constant] of [
    ['payments_found', 'read_first CONSTANT integer := 500'],
    ['records_beginning_with', 'read_first CONSTANT integer := 500'],
    ['payments_of_amount', 'read_first CONSTANT integer := 500'],
    ['payments_by_amount', 'sorted_whole CONSTANT integer := 500'],
    ['payments_found_by_amount', 'sorted_whole CONSTANT integer := 1000'],
  ] as const) {
    const { rows } = await owner.query(
      'SELECT pg_get_functiondef(oid) AS text FROM pg_proc WHERE proname = $1',
      [name],
    )
    const text = rows[0].text.replace(constant, constant.replace(/\d+$/, '2'))
    expect(text).not.toBe(rows[0].text)
    await owner.query(text)
  }
})
afterEach(() => Promise.all(writing.splice(0).map((client) => client.end())))
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([pool.end(), owner.end()])
  await database.drop()
})
beforeEach(async () => {
  await owner.query(`DELETE FROM payment_text; DELETE FROM record_key; DELETE FROM search_changed; DELETE FROM search_indexed;
    DELETE FROM payment_charge; DELETE FROM payment; DELETE FROM orders; DELETE FROM idempotency_record`)
  await noted(true)
})

/** A connection of the owner that writes any row at any time: no foreign keys, no rules. Of the triggers, the notes alone. */
async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url, lock_timeout: 5_000 })
  client.on('error', () => undefined)
  await client.connect()
  writing.push(client)
  await client.query('SET session_replication_role = replica')
  return client
}

/** Whether rows that come or change late leave a note. False: as if they had come in time. */
async function noted(notes: boolean): Promise<void> {
  for (const [table, triggers] of Object.entries(TRIGGERS))
    for (const trigger of triggers)
      await owner.query(`ALTER TABLE ${table} ${notes ? 'ENABLE ALWAYS' : 'ENABLE'} TRIGGER ${trigger}`)
}

interface Made {
  /** In seconds before now. */
  ago: number
  merchant?: string
  reference?: string | null
  email?: string | null
  card?: string | null
  description?: string | null
  metadata?: Record<string, string>
  /** Of the order. */
  orderMetadata?: Record<string, string>
  amount?: number
  currency?: string
  status?: string
  key?: string
}

/** A payment with its order and its record; all three have the same id. */
async function pay(client: pg.Client, made: Made): Promise<string> {
  const {
    ago,
    merchant = OURS,
    reference = null,
    email = null,
    card = null,
    description = null,
    metadata = {},
    orderMetadata = {},
    amount = 1,
    currency = 'EUR',
    status = 'succeeded',
    key = 'k',
  } = made
  const id = uuidv7()
  const of = [merchant, id, ago]
  await client.query(
    `INSERT INTO orders (merchant_id, id, currency, amount, reference, customer_email, metadata, created_at)
     VALUES ($1, $2, $6, $7, $4, $5, $8, clock_timestamp() - $3 * interval '1 second')`,
    [...of, reference, email, currency, amount, orderMetadata],
  )
  await client.query(
    `INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, gateway_ref, receipt_token, card_label, description, metadata, created_at)
     SELECT $1, id, id, id::text, $4, amount, currency, 'pm', id::text, 'ch_' || id, id::text, $5, $6, $7, created_at FROM orders WHERE id = $2 AND $3::int IS NOT NULL`,
    [...of, status, card, description, metadata],
  )
  // Without the triggers of `payment`.
  await client.query(
    'INSERT INTO payment_charge (gateway_ref, merchant_id, payment_id) SELECT gateway_ref, merchant_id, id FROM payment WHERE id = $1',
    [id],
  )
  await client.query(
    `INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, state, token, worker, answer, status, completed_at, created_at)
     SELECT $1, id::text, 's', 'checkout.pay', $4, 'f', 1, 'completed', id, 'w', '{}', 200, now(), created_at FROM orders WHERE id = $2 AND $3::int IS NOT NULL`,
    [...of, key],
  )
  return id
}

/** Lets everything that is committed grow older. */
async function age(seconds: number): Promise<void> {
  const older = (column: string) => `${column} = ${column} - interval '${seconds} seconds'`
  await noted(false)
  await owner.query(`
    UPDATE payment SET ${older('created_at')}; UPDATE orders SET ${older('created_at')}; UPDATE idempotency_record SET ${older('created_at')};
    UPDATE payment_text SET ${older('at')};
    UPDATE record_key SET day = day_of((SELECT r.created_at FROM idempotency_record r WHERE r.id = record_id));
    UPDATE search_indexed SET ${['upto', 'complete_at', 'noted_at'].map(older).join(', ')}`)
  await noted(true)
}

/** Copies all that is a minute old: the second turn, what the first has noted, once all that was under way then has ended. */
async function copyAll(): Promise<void> {
  await indexSearches(db, 1_000)
  // Transactions of other databases on this server count too.
  await vi.waitFor(async () => {
    const { rows } = await owner.query(
      'SELECT max(noted_xid) <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS over FROM search_indexed',
    )
    expect(rows[0].over).toBe(true)
  }, 50_000)
  await indexSearches(db, 1_000)
}

const copied = async (table: string) =>
  (await owner.query(`SELECT count(*)::int AS n FROM ${table}`)).rows[0].n as number
const lost = async () => (await pool.query('SELECT subject FROM integrity_across.everything_is_found')).rows

async function found(filter: Partial<PaymentListing>, merchant = OURS): Promise<string[]> {
  return (await listPayments(db, merchant, { limit: 50, ...filter })).map(({ id }) => id)
}

/** The same, by reading every row. */
async function expected(filter: Partial<PaymentListing>, merchant = OURS): Promise<string[]> {
  const { text, statuses = [], after, limit = 50, reference, email, lastFour, metadata, currency } = filter
  const { byAmount = null, lowest, highest } = filter
  const part = (of: string) => of.replace(/[\\%_]/g, '\\$&')
  const { rows } = await owner.query(
    `SELECT p.id FROM payment p JOIN orders o ON (o.merchant_id, o.id) = (p.merchant_id, p.order_id),
       LATERAL (SELECT array_agg(e.key || '=' || e.value) AS entries, array_agg(lower(e.key)) AS keys
         FROM (SELECT * FROM jsonb_each_text(p.metadata) UNION ALL SELECT * FROM jsonb_each_text(o.metadata)) e) m
     WHERE p.merchant_id = $1
       AND ($2::text IS NULL OR o.reference ILIKE $2 OR o.customer_email ILIKE $2 OR p.card_label ILIKE $2 OR p.description ILIKE $2
         OR EXISTS (SELECT FROM unnest(m.entries) e WHERE e ILIKE $2) OR p.gateway_ref = $3)
       AND ($4::text[] = '{}' OR p.status = ANY ($4)) AND ($5::timestamptz IS NULL OR (p.created_at, p.id) < ($5, $6))
       AND ($8::text IS NULL OR o.reference ILIKE $8) AND ($9::text IS NULL OR o.customer_email ILIKE $9)
       AND ($10::text IS NULL OR p.card_label ILIKE $10)
       AND ($11::text IS NULL OR EXISTS (SELECT FROM unnest(m.entries) e WHERE lower(e) = lower($11))) AND ($12::text IS NULL OR lower($12) = ANY (m.keys))
       AND ($13::text IS NULL OR p.currency = $13) AND p.amount BETWEEN coalesce($14, 0) AND coalesce($15, 1000)
       AND ($16::bigint IS NULL OR CASE WHEN $18 THEN (p.amount, p.id) > ($16, $17::uuid) ELSE (p.amount, p.id) < ($16, $17::uuid) END)
     ORDER BY CASE WHEN $18 THEN p.amount WHEN NOT $18 THEN -p.amount END, CASE WHEN $18 THEN p.id END,
       CASE WHEN $18 IS NULL THEN p.created_at END DESC, p.id DESC LIMIT $7`,
    [
      merchant,
      text ? `%${part(text)}%` : null,
      text ?? null,
      statuses,
      after?.at ?? null,
      after?.id ?? null,
      limit,
      reference ? `${part(reference)}%` : null,
      email ? `${part(email)}%` : null,
      lastFour ? `%${part(lastFour)}` : null,
      metadata?.value === undefined ? null : `${metadata.key}=${metadata.value}`,
      metadata && metadata.value === undefined ? metadata.key : null,
      currency ?? null,
      lowest ?? null,
      highest ?? null,
      byAmount?.after?.amount ?? null,
      byAmount?.after?.id ?? null,
      byAmount?.rising ?? null,
    ],
  )
  return rows.map(({ id }) => id)
}

async function records(
  search: string,
  merchant = OURS,
  after: { at: string; id: string } | null = null,
  limit = 50,
) {
  return (await listRecords(db, merchant, { search, after, limit })).map(({ id }) => id)
}

async function expectedRecords(
  search: string,
  merchant = OURS,
  after: { at: string; id: string } | null = null,
  limit = 50,
) {
  const { rows } = await owner.query(
    `SELECT id FROM idempotency_record WHERE merchant_id = $1 AND (key LIKE $2 OR id LIKE $2)
       AND ($3::timestamptz IS NULL OR created_at < $3 OR created_at = $3 AND id > $4) ORDER BY created_at DESC, id LIMIT $5`,
    [merchant, `${search.replace(/[\\%_]/g, '\\$&')}%`, after?.at ?? null, after?.id ?? null, limit],
  )
  return rows.map(({ id }) => id)
}

describe('a search', () => {
  it('finds texts in any case, whole references of the bank, and keys by their beginning: copied or not', async () => {
    await noted(false)
    const first = await pay(owner, {
      ago: 90_000,
      reference: 'Order-ÄB_7%',
      email: 'Ann@Example.com',
      card: 'Visa 4242',
      key: 'key_%1',
    })
    const second = await pay(owner, { ago: 80_000, reference: 'order-äbx7', email: null, key: 'keyx%1' })
    for (let n = 0; n < 3; n++) await pay(owner, { ago: 70_000, reference: 'other' })
    const look = async () => {
      expect(await found({ text: 'b_7%' })).toEqual([first])
      expect(await found({ text: 'ORDER-' })).toEqual([second, first])
      expect(await found({ text: 'ann@example.COM' })).toEqual([first])
      expect(await found({ text: 'sa 42' })).toEqual([first])
      expect(await found({ text: '_7' })).toEqual([first])
      // A text does not go on in another column.
      expect(await found({ text: 'com visa' })).toEqual([])
      expect(await found({ text: `ch_${second}` })).toEqual([second])
      expect(await found({ text: `ch_${second.slice(0, 20)}` })).toEqual([])
      expect(await found({ text: 'order-' }, THEIRS)).toEqual([])
      expect(await records('key_')).toEqual([first])
      expect(await records('key')).toEqual([second, first])
      expect(await records(first)).toEqual([first])
      expect(await records(first.slice(0, 30))).toContain(first)
      expect(await records('key', THEIRS)).toEqual([])
    }
    await look()
    await copyAll()
    expect([await copied('payment_text'), await copied('record_key')]).toEqual([5, 5])
    await look()
  })

  it('reads few rows where nothing has the text, however many there are', async () => {
    await noted(false)
    await owner.query(`
      INSERT INTO orders (merchant_id, id, currency, amount, reference, customer_email, created_at)
        SELECT '${OURS}', gen_random_uuid(), 'EUR', 1, 'R-' || n, 'c' || n || '@example.com', now() - interval '1 day' - n * interval '1 second' FROM generate_series(1, 6000) n;
      INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, receipt_token, card_label, created_at)
        SELECT merchant_id, id, id, id::text, 'declined', 1, 'EUR', 'pm', id::text, id::text, 'Visa', created_at FROM orders;
      INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, state, token, worker, answer, status, completed_at, created_at)
        SELECT merchant_id, id::text, 's', 'checkout.pay', id::text, 'f', 1, 'completed', id, 'w', '{}', 200, now(), created_at FROM orders`)
    await copyAll()
    while ((await indexSearches(db, 1_000)) > 0);
    expect([await copied('payment_text'), await copied('record_key')]).toEqual([6_000, 6_000])
    await owner.query('VACUUM ANALYZE')
    const pagesRead = async (query: string) => {
      const { rows } = await owner.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${query}`)
      return (
        rows[0]['QUERY PLAN'][0].Plan['Shared Hit Blocks'] +
        rows[0]['QUERY PLAN'][0].Plan['Shared Read Blocks']
      )
    }
    const text = (wanted: string) =>
      pagesRead(
        `SELECT * FROM payments_found('${OURS}', '${wanted}', '{}', NULL, NULL, NULL, NULL, '-infinity', 'infinity', '${OURS}', 26)`,
      )
    // A plan is made with the first call.
    for (const wanted of ['nobody-has-this', 'nobody-has-this', 'R-12345', 'c1234@', 'c1234@example.com'])
      expect(await text(wanted)).toBeLessThan(2_000)
    expect(await text('nobody-has-this')).toBeLessThan(150)
    const byAmount = (wanted: string) =>
      pagesRead(
        `SELECT * FROM payments_found_by_amount('${OURS}', '${wanted}', '{}', NULL, NULL, NULL, 'EUR', '-infinity', 'infinity', NULL, NULL, true, 26)`,
      )
    await byAmount('nobody-has-this')
    expect(await byAmount('nobody-has-this')).toBeLessThan(200)
    // What all have is read in the order of amounts: the index has a page of them at once.
    const walk = `SELECT * FROM copied_by_amount('${OURS}', '{%r-%}', 0, 9, NULL, 'EUR', '-infinity', 'infinity', NULL, NULL, false, 26)`
    await pagesRead(walk)
    expect(await pagesRead(walk)).toBeLessThan(500)
    const key = `SELECT * FROM records_beginning_with('${OURS}', 'nobody', NULL, 'infinity', '', 26)`
    await pagesRead(key)
    expect(await pagesRead(key)).toBeLessThan(100)
  }, 60_000)

  it('finds what is committed late, in whatever order, and passes over nothing', async () => {
    await noted(false)
    const [slow, quick] = [await connect(), await connect()]
    await slow.query('BEGIN')
    const late = await pay(slow, { ago: 600, reference: 'slow one', key: 'slow-key' })
    const early = await pay(quick, { ago: 500, reference: 'quick one', key: 'quick-key' })
    for (let n = 0; n < 3; n++) await pay(owner, { ago: 400, reference: 'newer' })
    for (let turn = 0; turn < 3; turn++) await indexSearches(db, 100)
    expect(await found({ text: ' one' })).toEqual([early])
    // Nothing is copied past what may come yet.
    expect(await copied('payment_text')).toBe(0)
    await slow.query('COMMIT')
    expect(await found({ text: ' one' })).toEqual([early, late])
    await copyAll()
    expect(await copied('payment_text')).toBe(5)
    expect(await found({ text: ' one' })).toEqual([early, late])
    expect(await records('slow')).toEqual([late])
    expect(await lost()).toEqual([])
  })

  it('goes on after a restored dump, whose ids are of another database', async () => {
    await pay(owner, { ago: 300, reference: 'restored', key: 'restored' })
    await copyAll()
    await owner.query(
      `UPDATE search_indexed SET noted_xid = 4000000000; UPDATE search_changed SET xid = 4000000000`,
    )
    await noted(false)
    const id = await pay(owner, { ago: 200, reference: 'after it' })
    await owner.query(
      `UPDATE search_indexed SET upto = now() - interval '250 seconds', complete_at = now() - interval '250 seconds'`,
    )
    await copyAll()
    expect(await copied('payment_text')).toBe(2)
    expect(await found({ text: 'after' })).toEqual([id])
    expect(await lost()).toEqual([])
  })
})

test('each of a payment’s words is found by itself, copied or not', async () => {
  await noted(false)
  const ours = await pay(owner, {
    ago: 90_000,
    reference: 'R-100',
    email: 'ann@example.com',
    card: 'Visa •••• 4242',
    description: 'Two tickets',
    metadata: { Cart: 'A 1', '4242': 'x' },
    orderMetadata: { seller: 'Müller' },
    amount: 250,
  })
  for (let n = 0; n < 4; n++)
    await pay(owner, {
      ago: 80_000 - n,
      reference: 'xR-100',
      email: 'joann@example.com',
      card: 'Visa •••• 2424',
      metadata: { cart: 'a 12' },
      amount: 250 + n,
      currency: n === 0 ? 'JPY' : 'EUR',
    })
  const look = async () => {
    for (const sought of [
      { text: 'two TICK' },
      { text: 'müller' },
      { text: 'cart=a 1', lowest: 250n, highest: 250n, currency: 'EUR' },
      { reference: 'r-1' },
      { email: 'Ann@' },
      { lastFour: '4242' },
      { metadata: { key: 'cart', value: 'a 1' } },
      { metadata: { key: 'Seller' } },
      { lowest: 250n, highest: 250n, currency: 'EUR' },
    ])
      expect(
        await found(sought),
        JSON.stringify(sought, (_, value) => String(value)),
      ).toEqual([ours])
    expect(await found({ metadata: { key: 'cart' } })).toHaveLength(5)
    expect(await found({ metadata: { key: 'cart', value: 'a' } })).toEqual([])
  }
  await look()
  await copyAll()
  expect(await copied('payment_text')).toBe(5)
  await look()
})

test('amounts of two currencies are not compared', () => {
  for (const filter of [{ lowest: 1n }, { byAmount: { rising: true, after: null } }])
    expect(() => listPayments(db, OURS, { limit: 1, ...filter })).toThrow(RangeError)
})

it('lists records whose answers have expired, page by page, of whatever days', async () => {
  await owner.query(
    'ALTER TABLE idempotency_record ENABLE ALWAYS TRIGGER expired_day_is_noted; DELETE FROM expired_day',
  )
  for (let n = 0; n < 14; n++)
    await pay(owner, { ago: 40_000 * n + 500, merchant: n % 5 === 4 ? THEIRS : OURS })
  const page = async (merchant: string, after: { at: string; id: string } | null, limit: number) =>
    (await listRecords(db, merchant, { state: 'tombstone', after, limit })).map(({ id, cursor }) => ({
      id,
      at: cursor,
    }))
  expect(await page(OURS, null, 5)).toEqual([])
  await owner.query(`UPDATE idempotency_record SET state = 'tombstone', answer = NULL, status = NULL
    WHERE created_at < now() - interval '2 days' AND ascii(right(id, 1)) % 3 > 0 OR merchant_id = '${THEIRS}'`)
  for (const merchant of MERCHANTS) {
    const { rows } = await owner.query(
      `SELECT id FROM idempotency_record WHERE merchant_id = $1 AND state = 'tombstone' ORDER BY created_at DESC, id`,
      [merchant],
    )
    const seen: string[] = []
    for (let after: { at: string; id: string } | null = null; ; ) {
      const part: { id: string; at: string }[] = await page(merchant, after, 2)
      if (part.length === 0) break
      seen.push(...part.map(({ id }) => id))
      after = part.at(-1) ?? null
    }
    expect(rows.length).toBeGreaterThan(1)
    expect(seen).toEqual(rows.map(({ id }) => id))
  }
})

it('copies for one caller at a time, and the others do not wait', async () => {
  const other = await connect()
  await other.query('BEGIN; SELECT index_searches(10)')
  expect(await indexSearches(db, 10)).toBe(0)
  await other.query('COMMIT')
})

/** Numbers of a seed, so that a failure can be repeated. */
function numbers(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

test.each([1, 2, 3, 4])(
  'whatever comes, changes, is copied and grows old in whatever order: a search finds what reading every row finds (seed %i)',
  async (seed) => {
    const next = numbers(seed)
    const pick = <One>(from: readonly One[]): One => from[next(from.length)] as One
    const word = () =>
      Array.from({ length: 2 + next(4) }, () => pick(['a', 'B', 'b', '%', '_', 'é', 'É', '4'])).join('')
    const made: { id: string; merchant: string }[] = []
    const clients = [await connect(), await connect()]
    const open = new Set<pg.Client>()
    const settle = async (client: pg.Client) => {
      if (open.delete(client)) await client.query(next(4) > 0 ? 'COMMIT' : 'ROLLBACK')
    }
    for (let step = 0; step < 70; step++) {
      const client = pick(clients)
      const what = next(10)
      if (what < 4) {
        const id = await pay(client, {
          ago: pick([0, 0, 5, 70, 90_000]),
          merchant: pick(MERCHANTS),
          reference: word(),
          email: pick([null, word()]),
          card: pick([null, word()]),
          description: pick([null, word()]),
          metadata: pick([{}, { [word()]: word(), k: word() }]),
          orderMetadata: pick([{}, { k: word() }]),
          amount: 1 + next(9),
          currency: pick(['EUR', 'JPY']),
          status: pick(['succeeded', 'declined']),
          key: word(),
        })
        made.push({ id, merchant: '' })
      } else if (what === 4) {
        if (!open.has(client)) await client.query('BEGIN')
        open.add(client)
      } else if (what === 5) await settle(client)
      else if (what === 6 && made.length > 0) {
        for (const each of clients) await settle(each)
        const { id } = pick(made)
        await client.query('BEGIN')
        open.add(client)
        if (next(2) === 0)
          await client.query('UPDATE payment SET card_label = $2 WHERE id = $1', [id, word()])
        else await client.query('UPDATE orders SET customer_email = $2 WHERE id = $1', [id, word()])
      } else if (what === 7) {
        for (const each of clients) await settle(each)
        await age(pick([20, 61, 50_000]))
      } else for (let turn = 0; turn <= next(3); turn++) await indexSearches(db, 1 + next(12))

      if (step % 3 > 0) continue
      const { rows } = await owner.query(
        'SELECT id, created_at::text AS at FROM payment ORDER BY random() LIMIT 1',
      )
      const limit = pick([1, 3, 50])
      for (const merchant of MERCHANTS) {
        const text = word().slice(0, 1 + next(4))
        const some = { limit, statuses: pick([[], ['declined']]), after: pick([null, rows[0] ?? null]) }
        const amounts = { currency: 'EUR', lowest: BigInt(1 + next(5)), highest: pick([null, 7n]) }
        const place = pick([null, { amount: BigInt(1 + next(9)), id: rows[0]?.id ?? uuidv7() }])
        for (const filter of [
          { ...some, text },
          { ...some, ...amounts },
          { ...some, ...amounts, text: pick([null, text]), reference: word().slice(0, 1) },
          { ...some, email: text, lastFour: pick([null, word().slice(0, 1)]) },
          {
            ...some,
            metadata: pick([{ key: 'K' }, { key: 'k', value: word().slice(0, 2) }, { key: word() }]),
          },
          { ...some, ...amounts, after: null, byAmount: { rising: next(2) === 0, after: place } },
          { ...some, currency: 'EUR', after: null, byAmount: { rising: next(2) === 0, after: place } },
          { ...some, ...amounts, text, after: null, byAmount: { rising: next(2) === 0, after: place } },
          {
            ...some,
            currency: 'EUR',
            email: text,
            metadata: pick([null, { key: 'k' }]),
            after: null,
            byAmount: { rising: next(2) === 0, after: place },
          },
        ]) {
          const which = JSON.stringify(filter, (_, value) =>
            typeof value === 'bigint' ? Number(value) : value,
          )
          expect(await found(filter, merchant), which).toEqual(await expected(filter, merchant))
          const {
            after: _after,
            limit: _limit,
            statuses: _statuses,
            byAmount: _order,
            ...whole
          } = {
            byAmount: null,
            ...filter,
          }
          const counts = (await countPayments(db, merchant, whole)) ?? []
          expect(
            counts.reduce((sum, { payments }) => sum + payments, 0),
            which,
          ).toBe((await expected({ ...whole, limit: 1_000 }, merchant)).length)
        }
        const key = word().slice(0, 1 + next(3))
        const after = pick([null, rows[0] ?? null])
        expect(await records(key, merchant, after, limit), key).toEqual(
          await expectedRecords(key, merchant, after, limit),
        )
      }
      expect(await lost()).toEqual([])
    }
    for (const each of clients) await settle(each)
    await age(120)
    await copyAll()
    await copyAll()
    expect(await copied('payment_text')).toBe(await copied('payment'))
    expect(await copied('search_changed')).toBe(0)
    expect(await lost()).toEqual([])
  },
  60_000,
)
