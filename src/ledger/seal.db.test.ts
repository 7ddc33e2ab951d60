import { withoutClaim } from '@payonce/idempotency/sql'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { chainHeads } from '@/platform/chains'
import { commit } from '@/platform/commit'
import { type Db, sql } from '@/platform/db'
import { findings, isBroken } from '@/platform/integrity'
import { openTestDatabase } from '@/setup/test/database'
import { checkLedgerChain, checkNewestLinks } from './chain-check'
import { openAccountsOf } from './chart'
import { post } from './post'
import { readSealing, readSealState, sealLedger } from './seal'

let db: Db
let owner: pg.Client
let close: () => Promise<void>
beforeAll(async () => {
  const opened = await openTestDatabase()
  db = opened.db
  owner = opened.owner
  close = opened.close
})
afterAll(() => close())

async function newMerchant(): Promise<string> {
  const id = uuidv7()
  await owner.query(`INSERT INTO merchant (id, name) VALUES ('${id}', 'Shop')`)
  await db.$executeRaw(sql`
    WITH owner AS (SELECT ${id}::uuid AS merchant_id, 'EUR'::text AS currency)
    ${openAccountsOf(withoutClaim(sql`owner`))}`)
  return id
}

async function postOne(merchantId: string, amountMinor = 100n): Promise<string> {
  const id = uuidv7()
  const payment = await paymentOf(merchantId)
  const lines = [
    { account: 'gateway_clearing' as const, amountMinor },
    { account: 'surplus_charges' as const, amountMinor: -amountMinor },
  ]
  const posting = {
    merchantId,
    kind: 'surplus' as const,
    paymentId: payment,
    reverses: null,
    description: `Surplus ${id}`,
    currency: 'EUR' as const,
    lines,
  }
  expect(await commit(db, post(posting, id))).toEqual({ committed: true })
  return id
}

const payments = new Map<string, string>()
async function paymentOf(merchantId: string): Promise<string> {
  const known = payments.get(merchantId)
  if (known) return known
  const [order, payment] = [uuidv7(), uuidv7()]
  await owner.query(
    `INSERT INTO orders (merchant_id, id, currency, amount) VALUES ('${merchantId}', '${order}', 'EUR', 100)`,
  )
  await owner.query(
    `INSERT INTO payment (merchant_id, id, order_id, record_id, amount, currency, method, gateway_key, receipt_token)
     VALUES ('${merchantId}', '${payment}', '${order}', 'r', 100, 'EUR', 'pm_card_visa', '${payment}', '${payment}')`,
  )
  payments.set(merchantId, payment)
  return payment
}

/** Seals until nothing is left. Other databases of this cluster have transactions too, and the oldest of them holds the horizon back. */
async function sealAll(): Promise<void> {
  await vi.waitFor(
    async () => {
      await sealLedger(db, 1_000)
      expect((await readSealing(db, null)).unsealed).toBe(0)
    },
    { timeout: 20_000, interval: 20 },
  )
}

async function ledgerOf(transactions: number): Promise<{ merchantId: string; ids: string[] }> {
  const merchantId = await newMerchant()
  const ids: string[] = []
  for (let index = 0; index < transactions; index++) ids.push(await postOne(merchantId, BigInt(100 + index)))
  await sealAll()
  return { merchantId, ids: await sealedIds(merchantId) }
}

async function sealedIds(merchantId: string): Promise<string[]> {
  const { rows } = await owner.query(
    `SELECT transaction_id FROM ledger_seal WHERE merchant_id = '${merchantId}' ORDER BY seq`,
  )
  return rows.map((row) => row.transaction_id)
}

/** The first wrong link of each rule that is broken, as the views name it; the check in batches must name the same. */
async function wrong(merchantId: string): Promise<string[]> {
  const found = await findings(db, ['chain'], merchantId)
  const chained = found.find(({ id }) => id === 'ledger-is-chained')?.offenders
  for (const batch of [2, 1_000])
    expect([batch, await checkLedgerChain(db, merchantId, batch)]).toEqual([batch, chained])
  const broken = found.filter(isBroken)
  return broken.flatMap(({ offenders }) => offenders.map(({ subject, detail }) => `${subject}: ${detail}`))
}

/** As only the owner can, with the triggers off. Everything is undone afterwards. */
async function whileTampered(statements: string, observe: () => Promise<void>): Promise<void> {
  await owner.query('SET session_replication_role = replica')
  const tables = ['ledger_transaction', 'entry', 'ledger_seal', 'chain_head']
  for (const table of tables) await owner.query(`CREATE TEMP TABLE "kept_${table}" AS SELECT * FROM ${table}`)
  try {
    await owner.query(statements)
    await observe()
  } finally {
    for (const table of tables)
      await owner.query(
        `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM "kept_${table}"; DROP TABLE "kept_${table}"`,
      )
    await owner.query('RESET session_replication_role')
  }
}

test('L5 seals each transaction once, in one chain for each merchant, and finds nothing wrong', async () => {
  const [ours, theirs] = [await ledgerOf(5), await ledgerOf(2)]
  expect(ours.ids).toHaveLength(5)
  expect(new Set(ours.ids).size).toBe(5)
  expect(await readSealing(db, ours.merchantId)).toMatchObject({
    sealed: 5,
    unsealed: 0,
    oldestSeconds: null,
  })
  expect([await wrong(ours.merchantId), await wrong(theirs.merchantId)]).toEqual([[], []])
  expect(await chainHeads(db, theirs.merchantId)).toEqual([
    {
      merchantId: theirs.merchantId,
      chain: 'ledger',
      seq: '2',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ])
})

test.each([
  ['first', 0],
  ['middle', 2],
  ['last', 4],
])('L5 names the first wrong link when the %s transaction is tampered with', async (_, at) => {
  const { merchantId, ids } = await ledgerOf(5)
  const id = ids[at]
  const place = at + 1
  const own = `merchant_id = '${merchantId}'`
  const changed = [`ledger_seal #${place}: ledger_transaction ${id} or its entries were changed`]
  const cases: [string, string[]][] = [
    [
      `UPDATE entry SET amount = amount + 1 WHERE ${own} AND transaction_id = '${id}' AND position = 1`,
      changed,
    ],
    [`UPDATE entry SET amount = -amount WHERE ${own} AND transaction_id = '${id}'`, changed],
    [`DELETE FROM entry WHERE ${own} AND transaction_id = '${id}' AND position = 2`, changed],
    [
      `INSERT INTO entry SELECT merchant_id, transaction_id, position + 2, account_id, currency, amount FROM entry WHERE ${own} AND transaction_id = '${id}'`,
      changed,
    ],
    [`UPDATE ledger_transaction SET description = 'x' WHERE ${own} AND id = '${id}'`, changed],
    [
      `UPDATE ledger_transaction SET posted_at = posted_at - interval '1 day' WHERE ${own} AND id = '${id}'`,
      changed,
    ],
    [
      `DELETE FROM entry WHERE ${own} AND transaction_id = '${id}'; DELETE FROM ledger_transaction WHERE ${own} AND id = '${id}'`,
      [`ledger_seal #${place}: ledger_transaction ${id} is missing`],
    ],
  ]
  for (const [statement, named] of cases)
    await whileTampered(statement, async () => expect(await wrong(merchantId)).toEqual(named))
  await whileTampered(`DELETE FROM ledger_seal WHERE ${own} AND seq = ${place}`, async () =>
    expect(await wrong(merchantId)).toContain(`ledger_seal #${place}: the seal is missing`),
  )
  expect(await wrong(merchantId)).toEqual([])
})

test('L5 names seals that changed places, and a chain that was computed anew from the middle', async () => {
  const { merchantId, ids } = await ledgerOf(4)
  const own = `merchant_id = '${merchantId}'`
  await whileTampered(
    `UPDATE ledger_seal SET seq = 99 WHERE ${own} AND seq = 2; UPDATE ledger_seal SET seq = 2 WHERE ${own} AND seq = 3;
     UPDATE ledger_seal SET seq = 3 WHERE ${own} AND seq = 99`,
    async () =>
      expect(await wrong(merchantId)).toEqual([
        `ledger_seal #2: the seal of ledger_transaction ${ids[2]} does not follow the one before`,
      ]),
  )
  // A forger who changes an amount and mends the hash of its seal has to mend every later one, and the head.
  await whileTampered(
    `UPDATE entry SET amount = amount * 2 WHERE ${own} AND transaction_id = '${ids[1]}';
     UPDATE ledger_seal s SET item_hash = ledger_item_hash(merchant_id, transaction_id) WHERE ${own} AND seq = 2;
     UPDATE ledger_seal s SET hash = seal_hash((SELECT hash FROM ledger_seal b WHERE b.${own} AND b.seq = 1), seq, item_hash) WHERE ${own} AND seq = 2`,
    async () =>
      expect(await wrong(merchantId)).toEqual([
        `ledger_seal #3: the seal of ledger_transaction ${ids[2]} does not follow the one before`,
      ]),
  )
})

test('L5 a transaction that is added behind the seals is named; it is not sealed afterwards', async () => {
  const { merchantId, ids } = await ledgerOf(3)
  const added = uuidv7()
  await whileTampered(
    `INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description, posted_at, xid)
       SELECT merchant_id, '${added}', kind, payment_id, 'slipped in', posted_at, xid - 1 FROM ledger_transaction WHERE id = '${ids[0]}';
     INSERT INTO entry SELECT merchant_id, '${added}', position, account_id, currency, amount FROM entry WHERE transaction_id = '${ids[0]}'`,
    async () => {
      await sealLedger(db, 100)
      expect(await wrong(merchantId)).toEqual([
        `ledger_transaction ${added}: was added before transactions that were sealed earlier`,
      ])
    },
  )
})

test('L5 names what is wrong with the end of a chain: links behind it, another end, none', async () => {
  const { merchantId, ids } = await ledgerOf(4)
  const own = `merchant_id = '${merchantId}'`
  const cases: [string, string][] = [
    [
      `UPDATE chain_head SET seq = 2 WHERE ${own} AND chain = 'ledger'`,
      '#3: was added behind the end of the chain',
    ],
    // What stands behind the end is wrong before its own hashes are.
    [
      `UPDATE chain_head SET seq = 2 WHERE ${own} AND chain = 'ledger'; UPDATE entry SET amount = amount + 1 WHERE ${own} AND transaction_id = '${ids[3]}'`,
      '#3: was added behind the end of the chain',
    ],
    [
      `UPDATE chain_head SET hash = sha256(hash) WHERE ${own} AND chain = 'ledger'`,
      '#5: must follow another end of the chain',
    ],
    [`DELETE FROM chain_head WHERE ${own} AND chain = 'ledger'`, '#1: the chain has no end'],
    [`DELETE FROM ledger_seal WHERE ${own}`, '#1: the seal is missing'],
    [`DELETE FROM ledger_seal WHERE ${own} AND seq = 4`, '#4: the seal is missing'],
  ]
  for (const [statement, named] of cases)
    await whileTampered(statement, async () =>
      expect(await wrong(merchantId)).toContain(`ledger_seal ${named}`),
    )
  expect(await wrong(merchantId)).toEqual([])
})

test('L5 all merchants are checked, also one whose chain or whose links were taken away, and other merchants’ links stay right', async () => {
  const [first, second, third] = [await ledgerOf(2), await ledgerOf(3), await ledgerOf(1)]
  await whileTampered(
    `DELETE FROM chain_head WHERE merchant_id = '${first.merchantId}' AND chain = 'ledger';
     DELETE FROM ledger_seal WHERE merchant_id = '${second.merchantId}'`,
    async () =>
      expect(await checkLedgerChain(db, null, 2)).toEqual([
        { merchantId: first.merchantId, subject: 'ledger_seal #1', detail: 'the chain has no end' },
        { merchantId: second.merchantId, subject: 'ledger_seal #1', detail: 'the seal is missing' },
      ]),
  )
  expect(await checkLedgerChain(db, null, 2)).toEqual([])
  expect(await wrong(third.merchantId)).toEqual([])
})

test('L5 a page checks the newest links alone, from the hash before them', async () => {
  const { merchantId, ids } = await ledgerOf(5)
  const own = `merchant_id = '${merchantId}'`
  const change = (at: number) =>
    `UPDATE entry SET amount = amount + 1 WHERE ${own} AND transaction_id = '${ids[at]}'`
  for (const links of [1, 3, 5, 99]) expect(await checkNewestLinks(db, merchantId, links)).toEqual([])
  await whileTampered(change(3), async () => {
    const detail = `ledger_transaction ${ids[3]} or its entries were changed`
    expect(await checkNewestLinks(db, merchantId, 2)).toEqual([
      { merchantId, subject: 'ledger_seal #4', detail },
    ])
    expect(await checkNewestLinks(db, merchantId, 1)).toEqual([])
  })
  await whileTampered(`DELETE FROM ledger_seal WHERE ${own} AND seq = 3`, async () => {
    expect(await checkNewestLinks(db, merchantId, 2)).toMatchObject([
      { subject: 'ledger_seal #4', detail: expect.stringContaining('does not follow the one before') },
    ])
    expect(await checkNewestLinks(db, merchantId, 99)).toMatchObject([{ subject: 'ledger_seal #3' }])
  })
})

test('L5 the state of the seals for a page: nothing posted, waiting, sealed, and one whose transaction is gone', async () => {
  const merchantId = await newMerchant()
  expect(await readSealState(db, merchantId)).toEqual({
    last: null,
    waiting: 0,
    more: false,
    oldestSeconds: null,
  })
  const id = await postOne(merchantId)
  expect(await readSealState(db, merchantId)).toEqual({
    last: null,
    waiting: 1,
    more: false,
    oldestSeconds: expect.any(Number),
  })
  await sealAll()
  const [head] = await chainHeads(db, merchantId)
  const sealed = await readSealState(db, merchantId)
  expect(sealed).toMatchObject({ last: { seq: '1', hash: head?.hash }, waiting: 0, oldestSeconds: null })
  const { rows } = await owner.query(`SELECT posted_at AS at FROM ledger_transaction WHERE id = '${id}'`)
  expect(sealed.last?.postedAt).toEqual(rows[0].at)
  await postOne(merchantId)
  expect(await readSealState(db, merchantId)).toMatchObject({ last: { seq: '1' }, waiting: 1 })
  await whileTampered(`DELETE FROM ledger_transaction WHERE id = '${id}'`, async () =>
    expect((await readSealState(db, merchantId)).last).toMatchObject({ seq: '1', postedAt: null }),
  )
})

test('L5 links that are added while the chain is checked are no alarm', async () => {
  const { merchantId } = await ledgerOf(3)
  let posting = true
  const posted = (async () => {
    while (posting) {
      await postOne(merchantId)
      await sealLedger(db, 2)
    }
  })()
  try {
    for (let round = 0; round < 20; round++) expect(await checkLedgerChain(db, merchantId, 3)).toEqual([])
  } finally {
    posting = false
    await posted
  }
})

test('L5 property: any single change of a sealed ledger is found', async () => {
  const { merchantId } = await ledgerOf(6)
  const own = `merchant_id = '${merchantId}'`
  const nth = (index: number) =>
    `(SELECT transaction_id FROM ledger_seal WHERE ${own} ORDER BY seq OFFSET ${index} LIMIT 1)`
  const entry = (index: number, position: number) =>
    `${own} AND transaction_id = ${nth(index)} AND position = ${position}`
  const tampering = fc.oneof(
    fc
      .tuple(
        fc.nat(5),
        fc.constantFrom(1, 2),
        fc.integer({ min: -99, max: 99_999 }).filter((n) => n !== 0),
      )
      .map(
        ([index, position, by]) => `UPDATE entry SET amount = amount + ${by} WHERE ${entry(index, position)}`,
      ),
    fc
      .tuple(fc.nat(5), fc.constantFrom(1, 2))
      .map(([i, position]) => `DELETE FROM entry WHERE ${entry(i, position)}`),
    fc
      .tuple(fc.nat(5), fc.constantFrom('id', 'kind', 'description', 'posted_at', 'reverses'))
      .map(([index, column]) => {
        const value =
          column === 'posted_at' ? 'now()' : /id|reverses/.test(column) ? 'gen_random_uuid()' : `'x'`
        return `ALTER TABLE ledger_transaction DROP CONSTRAINT IF EXISTS ledger_transaction_kind, DROP CONSTRAINT IF EXISTS ledger_transaction_of_a_payment, DROP CONSTRAINT IF EXISTS ledger_transaction_of_a_reversal;
          UPDATE ledger_transaction SET ${column} = ${value} WHERE ${own} AND id = ${nth(index)}`
      }),
    fc
      .tuple(fc.nat(5), fc.constantFrom('item_hash', 'hash'))
      .map(
        ([index, column]) =>
          `UPDATE ledger_seal SET ${column} = sha256(${column}) WHERE ${own} AND seq = ${index + 1}`,
      ),
    fc.nat(5).map((index) => `DELETE FROM ledger_seal WHERE ${own} AND seq = ${index + 1}`),
  )
  await fc.assert(
    fc.asyncProperty(tampering, (statement) =>
      whileTampered(statement, async () => expect(await wrong(merchantId)).not.toEqual([])),
    ),
    { numRuns: 25 },
  )
})

test('L5 a transaction that commits late is sealed after those that overtook it, never lost', async () => {
  const merchantId = await newMerchant()
  const payment = await paymentOf(merchantId)
  const late = uuidv7()
  await owner.query('BEGIN')
  await owner.query(
    `WITH head AS (
       INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description) VALUES ('${merchantId}', '${late}', 'surplus', '${payment}', 'late'))
     INSERT INTO entry SELECT merchant_id, '${late}', row_number() OVER (ORDER BY code), id, currency, CASE code WHEN 'sales' THEN -5 ELSE 5 END
     FROM account WHERE merchant_id = '${merchantId}' AND code IN ('gateway_clearing', 'sales')`,
  )
  const sooner = await postOne(merchantId)
  // Its id is above the horizon, which the open transaction holds: nothing may overtake in the chain what could still come.
  for (let round = 0; round < 3; round++) await sealLedger(db, 100)
  expect(await sealedIds(merchantId)).toEqual([])
  await owner.query('COMMIT')
  await sealAll()
  expect(await sealedIds(merchantId)).toEqual([late, sooner])
  expect(await wrong(merchantId)).toEqual([])
})

test('L5 workers that seal at the same time make one chain', async () => {
  const merchantId = await newMerchant()
  const posted: string[] = []
  for (let index = 0; index < 12; index++) posted.push(await postOne(merchantId))
  await vi.waitFor(
    async () => {
      await Promise.all(Array.from({ length: 4 }, () => sealLedger(db, 3)))
      expect((await readSealing(db, merchantId)).unsealed).toBe(0)
    },
    { timeout: 20_000, interval: 5 },
  )
  expect((await sealedIds(merchantId)).toSorted()).toEqual(posted.toSorted())
  expect(await wrong(merchantId)).toEqual([])
})

test('L5 a worker that is killed while it seals leaves nothing, and the next one goes on', async () => {
  const { merchantId } = await ledgerOf(2)
  await postOne(merchantId)
  await vi.waitFor(
    async () => {
      await owner.query('BEGIN')
      const { rows } = await owner.query('SELECT seal_ledger(100) AS sealed')
      await owner.query('ROLLBACK')
      expect(rows[0].sealed).toBe(1)
    },
    { timeout: 20_000, interval: 20 },
  )
  expect(await readSealing(db, merchantId)).toMatchObject({ sealed: 2, unsealed: 1 })
  await sealAll()
  expect(await readSealing(db, merchantId)).toMatchObject({ sealed: 3, unsealed: 0 })
  expect(await wrong(merchantId)).toEqual([])
})

test('L5 a ledger from before the seals is sealed from its beginning, batch by batch', async () => {
  const merchants = [await newMerchant(), await newMerchant()]
  for (const merchantId of merchants) for (let index = 0; index < 3; index++) await postOne(merchantId)
  const seals = await owner.query('SELECT count(*)::int AS transactions FROM ledger_transaction')
  await owner.query(
    `SET session_replication_role = replica; DELETE FROM ledger_seal; DELETE FROM chain_head;
     UPDATE ledger_transaction SET xid = NULL; RESET session_replication_role`,
  )
  const fresh = await postOne(merchants[0] as string)
  let sealed = 0
  while (sealed < seals.rows[0].transactions) {
    const batch = await sealLedger(db, 4)
    expect(batch).toBeGreaterThan(0)
    sealed += batch
  }
  expect((await readSealing(db, null)).unsealed).toBe(1)
  await sealAll()
  expect((await sealedIds(merchants[0] as string)).at(-1)).toBe(fresh)
  for (const merchantId of merchants) expect(await wrong(merchantId)).toEqual([])
})

test('L5 a database restored from a dump counts its transactions anew, and is sealed all the same', async () => {
  const { merchantId } = await ledgerOf(2)
  await owner.query(
    `UPDATE chain_head SET xid = 9000000000000 WHERE chain = 'ledger' AND xid IS NOT NULL;
     SET session_replication_role = replica; UPDATE ledger_transaction SET xid = xid + 8000000000000; RESET session_replication_role`,
  )
  await postOne(merchantId)
  await sealAll()
  expect(await readSealing(db, merchantId)).toMatchObject({ sealed: 3, unsealed: 0 })
  expect(await wrong(merchantId)).toEqual([])
})

test('L5 an old transaction without a seal is an alarm only while a worker runs', async () => {
  const merchantId = await newMerchant()
  const id = await postOne(merchantId)
  await owner.query(
    `SET session_replication_role = replica; UPDATE ledger_transaction SET posted_at = now() - interval '6 minutes' WHERE id = '${id}'; RESET session_replication_role`,
  )
  expect(await wrong(merchantId)).toEqual([])
  await owner.query(
    `INSERT INTO job_health (job, runs, last_finished_at) VALUES ('seal', 1, now() - interval '1 second')`,
  )
  expect(await wrong(merchantId)).toEqual([
    expect.stringContaining(`ledger_transaction ${id}: is not sealed since`),
  ])
  await owner.query(`DELETE FROM job_health`)
})

test('48 the product’s own role can neither write a seal, nor move a head, nor choose when a posting is sealed', async () => {
  const { merchantId } = await ledgerOf(1)
  for (const statement of [
    `INSERT INTO ledger_seal VALUES ('${merchantId}', 9, '${merchantId}', '', '')`,
    'UPDATE ledger_seal SET hash = hash',
    'DELETE FROM ledger_seal',
    `UPDATE chain_head SET seq = 0`,
    'DELETE FROM chain_head',
    `SELECT seal_transaction(NULL, '${merchantId}', '${merchantId}', 1, '')`,
    `SELECT move_chain_head(NULL)`,
    `INSERT INTO ledger_transaction (merchant_id, id, kind, description, xid) VALUES ('${merchantId}', '${uuidv7()}', 'surplus', 'x', 1)`,
  ])
    await expect(db.$executeRawUnsafe(statement), statement).rejects.toThrow(/permission denied/)
})
