import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readCheckout } from '@/checkout/read'
import { conflictsSeen, injectConflicts } from './testing/conflicts'
import { openTestProduct, type TestProduct } from './testing/product'

/** The whole suite twice: what it promises must hold on a database that keeps refusing commits, too. */
describe.each([
  ['a sound database', false],
  ['D4 a database where every fifth commit fails with 40001 or 40P01', true],
])('on %s', (_name, conflicts) => {
  let product: TestProduct
  let cookie: string
  let order: string
  let key: string

  beforeAll(async () => {
    product = await openTestProduct({ PAYONCE_GATEWAY_TIMEOUT_MS: '1500' })
    cookie = await product.cookie()
    if (conflicts) await injectConflicts(product.owner)
  })
  afterAll(async () => {
    // Payments at one time share commits, so these are far fewer than the payments.
    if (conflicts) expect(await conflictsSeen(product.owner)).toBeGreaterThan(5)
    await product.close()
  })
  beforeEach(async () => {
    order = await product.newOrder()
    key = `key-${order}`
  })

  const pay = (changes: Record<string, unknown> = {}, as = cookie) =>
    product.pay({ key, orderId: order, version: 1, paymentMethod: 'pm_card_visa', ...changes }, as)
  const uuid = (shown: string) =>
    shown.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  const ofOrder = () => `order_id = '${uuid(order)}'`
  const charges = () =>
    product.count('charges', `idempotency_key IN (SELECT gateway_key FROM payment WHERE ${ofOrder()})`)
  const captures = () =>
    product.count('captures', `payment_id IN (SELECT id FROM payment WHERE ${ofOrder()})`)
  const settleDoubt = async () => {
    await product.owner.query(
      `UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE state IN ('sending', 'unknown')`,
    )
    return product.deps.engine.recover(product.deps.operations.pay, 20, 'test')
  }

  describe('paying once', () => {
    it('positive control: charges, posts and answers', async () => {
      const reply = await pay()
      expect(reply).toMatchObject({
        status: 200,
        result: {
          payment: { status: 'succeeded', amount: 2400, currency: 'EUR', cardLabel: 'Visa •••• 4242' },
          idempotency: { outcome: 'executed' },
        },
      })
      expect([await charges(), await captures(), await product.count('payments', ofOrder())]).toEqual([
        1, 1, 1,
      ])
      const { rows } =
        await product.owner.query(`SELECT a.code, e.amount FROM entry e JOIN account a ON a.id = e.account_id JOIN ledger_transaction t ON t.id = e.transaction_id
      JOIN payment p ON p.id = t.payment_id WHERE p.${ofOrder()} ORDER BY e.position`)
      expect(rows).toEqual([
        { code: 'gateway_clearing', amount: '2364' },
        { code: 'processing_fees', amount: '36' },
        { code: 'sales', amount: '-2400' },
      ])
    })

    it('25 presses at once: one executes, the others get the very same payment', async () => {
      const replies = await Promise.all(Array.from({ length: 25 }, () => pay()))
      const outcomes = replies.map((reply) => reply.result?.idempotency.outcome)
      expect(outcomes.filter((outcome) => outcome === 'executed')).toHaveLength(1)
      expect(
        outcomes.every((outcome) => outcome === 'executed' || outcome === 'joined' || outcome === 'replayed'),
      ).toBe(true)
      expect(
        new Set(replies.map((reply) => JSON.stringify({ ...reply.result, idempotency: null }))),
      ).toHaveLength(1)
      expect([await charges(), await captures()]).toEqual([1, 1])
      await product.deps.attempts.flush()
      const { rows } = await product.owner.query(
        `SELECT count(*) FROM attempt WHERE record_id = (SELECT record_id FROM payment WHERE ${ofOrder()})`,
      )
      expect(rows[0].count).toBe('25')
    })

    it('a replay gives the stored answer and writes nothing', async () => {
      const first = await pay()
      const row = `SELECT xmin, * FROM idempotency_record WHERE subject_id IN (SELECT id FROM payment WHERE ${ofOrder()})`
      const kept = (await product.owner.query(row)).rows
      const replay = await pay()
      expect(replay.result).toEqual({
        ...first.result,
        idempotency: { ...first.result?.idempotency, outcome: 'replayed' },
      })
      expect((await product.owner.query(row)).rows).toEqual(kept)
    })

    it('F85 two keys for one order at once: one live payment, the other learns that it is paid', async () => {
      const replies = await Promise.all(Array.from({ length: 12 }, (_, tab) => pay({ key: `${key}-${tab}` })))
      expect(replies.filter((reply) => reply.result?.idempotency.outcome === 'executed')).toHaveLength(1)
      const others = replies.filter((reply) => reply.result === null)
      expect(others.map((reply) => reply.problem?.kind)).toEqual(Array(11).fill('already-paid'))
      expect(others[0]?.problem?.receiptUrl).toMatch(/^\/receipt\//)
      expect([await charges(), await captures()]).toEqual([1, 1])
    })

    it('another device meets the paid order', async () => {
      await pay()
      const other = await pay({ key: 'another-key' }, await product.cookie())
      expect(other).toMatchObject({ status: 409, problem: { kind: 'already-paid', safeNewKey: false } })
      expect(await charges()).toBe(1)
    })

    it('F52 the same key of another guest is another record, and reveals nothing of the first', async () => {
      const declined = { paymentMethod: 'pm_card_insufficient_funds' }
      await pay(declined)
      const guest = await product.cookie()
      const statusFor = async (as: string) => {
        const answer = await product.call(
          `/api/trpc/checkout.status?input=${encodeURIComponent(JSON.stringify({ orderId: order, key }))}`,
          { headers: { cookie: as } },
        )
        return ((await answer.json()) as { result: { data: { state: string } } }).result.data.state
      }
      expect([await statusFor(cookie), await statusFor(guest)]).toEqual(['declined', 'none'])
      expect(await product.count('records', `key = '${key}'`)).toBe(1)
      // Neither the first one's decline, nor its card: the second guest is served as if there were no such key.
      expect(await pay({}, guest)).toMatchObject({
        status: 200,
        result: { payment: { status: 'succeeded' }, idempotency: { outcome: 'executed' } },
      })
      expect(await product.count('records', `key = '${key}'`)).toBe(2)
      expect(await pay(declined)).toMatchObject({ status: 402, problem: { kind: 'payment-declined' } })
    })
  })

  describe('declines', () => {
    it('F35 the same key gets the same decline, and no second question to the bank', async () => {
      const first = await pay({ paymentMethod: 'pm_card_insufficient_funds' })
      expect(first).toMatchObject({
        status: 402,
        problem: { kind: 'payment-declined', safeNewKey: true, declineCode: 'insufficient_funds' },
      })
      const again = await pay({ paymentMethod: 'pm_card_insufficient_funds' })
      expect(again.text).toBe(first.text)
      expect([await charges(), await product.count('payments', ofOrder())]).toEqual([0, 1])
    })

    it('a new key with another card then pays', async () => {
      await pay({ paymentMethod: 'pm_card_declined' })
      expect(await pay({ key: `${key}-2` })).toMatchObject({ status: 200 })
      expect([await charges(), await captures(), await product.count('payments', ofOrder())]).toEqual([
        1, 1, 2,
      ])
    })
  })

  describe('the outcome is not known', () => {
    it.each([
      ['pm_card_timeout_after_charge', 1],
      ['pm_card_error_after_charge', 1],
      ['pm_card_timeout_before_charge', 0],
      ['pm_card_error_before_charge', 0],
    ])(
      '%s: unknown first, then what the bank says, never a second charge',
      async (paymentMethod, charged) => {
        expect(await pay({ paymentMethod })).toMatchObject({
          status: 409,
          problem: { kind: 'outcome-unknown', retry: 'poll', safeNewKey: false },
        })
        expect(await pay({ paymentMethod })).toMatchObject({
          status: 409,
          problem: { kind: 'outcome-unknown' },
        })
        expect(await pay({ paymentMethod, key: `${key}-impatient` })).toMatchObject({
          status: 409,
          problem: { kind: 'in-progress' },
        })
        await product.owner.query(
          `UPDATE payment SET created_at = now() - interval '1 minute' WHERE ${ofOrder()}`,
        )
        expect(await settleDoubt()).toBeGreaterThan(0)
        const settled = await pay({ paymentMethod })
        if (charged)
          expect(settled).toMatchObject({
            status: 200,
            result: { payment: { status: 'succeeded' }, idempotency: { outcome: 'replayed' } },
          })
        else
          expect(settled).toMatchObject({ status: 502, problem: { kind: 'not-charged', safeNewKey: true } })
        expect([await charges(), await captures()]).toEqual([charged, charged])
      },
      40_000,
    )

    it('a challenge waits for the shopper, then settles', async () => {
      const reply = await pay({ paymentMethod: 'pm_card_challenge' })
      expect(reply).toMatchObject({ status: 200, result: { payment: { status: 'requires_action' } } })
      expect(await charges()).toBe(0)
      const actionUrl = reply.result?.actionUrl ?? ''
      expect(actionUrl).toMatch(/^\/api\/bank\/challenges\/chl_[0-9a-f]+\?return=%2Fcheckout%2Ford_/)
      const body = new URLSearchParams({ answer: 'confirm', return: `/checkout/${order}` })
      const back = await product.call(actionUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin: 'http://localhost:3000',
        },
        body: body.toString(),
      })
      expect([back.status, back.headers.get('location')]).toEqual([303, `/checkout/${order}`])
      // Settled by the hint itself: no resolver runs here.
      expect(await pay({ paymentMethod: 'pm_card_challenge' })).toMatchObject({
        status: 200,
        result: { payment: { status: 'succeeded' } },
      })
      expect([await charges(), await captures()]).toEqual([1, 1])
    })
  })

  describe('bad input', () => {
    const nothing = async () => [
      await product.count('records'),
      await product.count('payments'),
      await product.count('charges'),
    ]

    it.each([
      ['missing', { key: undefined }, 'key-missing'],
      ['empty', { key: '' }, 'key-missing'],
      ['of 256 characters', { key: 'k'.repeat(256) }, 'key-invalid'],
      ['with a control character', { key: 'a\u0007b' }, 'key-invalid'],
      ['beyond ASCII', { key: 'schlüssel' }, 'key-invalid'],
      ['not a string', { key: 7 }, 'key-invalid'],
    ])('a key that is %s: 400, and no trace', async (_, changes, kind) => {
      const before = await nothing()
      expect(await pay(changes)).toMatchObject({ status: 400, problem: { kind } })
      expect(await nothing()).toEqual(before)
    })

    it('a key of 255 characters is a key', async () => {
      expect(await pay({ key: 'k'.repeat(255) })).toMatchObject({ status: 200 })
    })

    it('F37 another payload under the same key: 422, nothing charged', async () => {
      await pay()
      expect(await pay({ paymentMethod: 'pm_card_declined' })).toMatchObject({
        status: 422,
        problem: { kind: 'key-reused' },
      })
      expect(await charges()).toBe(1)
    })

    it('F38 is refused even while the first one runs', async () => {
      const first = pay({ paymentMethod: 'pm_card_slow' })
      await expect.poll(() => product.count('payments', ofOrder()), { timeout: 20_000 }).toBe(1)
      expect(await pay({ paymentMethod: 'pm_card_visa' })).toMatchObject({ status: 422 })
      await first
    })

    it('the order’s page knows a payment at work from one whose outcome is in doubt', async () => {
      const first = pay({ paymentMethod: 'pm_card_slow' })
      const shown = async () => (await readCheckout(product.deps.db, uuid(order)))?.payment?.status
      await expect.poll(shown, { timeout: 20_000 }).toBe('sending')
      const { recordId } = await product.owner
        .query(`SELECT record_id AS "recordId" FROM payment WHERE ${ofOrder()}`)
        .then(({ rows }) => rows[0])
      await product.owner.query(
        `UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE id = $1 AND state = 'sending'`,
        [recordId],
      )
      expect(await shown()).toBe('unknown')
      await first
    })

    it('the order changed meanwhile: nothing charged, the key stays free', async () => {
      await product.owner.query(`UPDATE orders SET amount = 3600, version = 2 WHERE id = '${uuid(order)}'`)
      expect(await pay()).toMatchObject({ status: 409, problem: { kind: 'order-changed', safeNewKey: true } })
      expect([await charges(), await product.count('payments', ofOrder())]).toEqual([0, 0])
      expect(await pay({ version: 2, key: `${key}-2` })).toMatchObject({
        status: 200,
        result: { payment: { amount: 3600 } },
      })
    })

    it.each([
      ['an unknown order', { orderId: 'ord_00000000000070008000000000000000' }, 404],
      ['no order id at all', { orderId: "'; DROP TABLE payment" }, 400],
      ['an amount of its own', { amount: 1 }, 400],
      ['a payment method that is no token', { paymentMethod: { contains: 'pm_' } }, 400],
    ])('%s is refused without a trace', async (_, changes, status) => {
      const before = await nothing()
      expect((await pay(changes)).status).toBe(status)
      expect(await nothing()).toEqual(before)
    })

    it.each(['4242424242424242', '4111 1111 1111 1111', '5555-5555-5555-4444'])(
      'the card number %s in any field is refused and stored nowhere',
      async (number) => {
        for (const changes of [{ key: number }, { paymentMethod: number }, { note: { deep: [number] } }]) {
          expect(await pay(changes)).toMatchObject({ status: 400, problem: { kind: 'card-number' } })
        }
        await product.deps.attempts.flush()
        const { rows } = await product.owner.query(
          `SELECT count(*) FROM idempotency_record r, attempt a WHERE r.key ~ '${number}' OR r::text ~ '${number}' OR a::text ~ '${number}'`,
        )
        expect(rows[0].count).toBe('0')
      },
    )

    it('a form of another site cannot pay', async () => {
      const body = JSON.stringify({ key, orderId: order, version: 1, paymentMethod: 'pm_card_visa' })
      const foreign = { 'content-type': 'application/json', origin: 'https://evil.example', cookie }
      expect(
        (await product.call('/api/trpc/checkout.pay', { method: 'POST', headers: foreign, body })).status,
      ).toBe(403)
      expect(
        (
          await product.call('/api/trpc/checkout.pay', {
            method: 'POST',
            headers: { 'content-type': 'text/plain', cookie },
            body,
          })
        ).status,
      ).toBe(415)
      expect(await charges()).toBe(0)
    })

    it('F40 a damaged record: 500, an alert, nothing executed', async () => {
      await pay()
      // The database itself refuses this; only its owner, with the laws switched off, can damage an answer.
      await product.owner.query(
        `SET session_replication_role = replica; UPDATE idempotency_record SET answer = '{"cut' WHERE key = '${key}'; RESET session_replication_role`,
      )
      expect(await pay()).toMatchObject({
        status: 500,
        problem: { kind: 'record-damaged', safeNewKey: false },
      })
      expect(await charges()).toBe(1)
    })
  })
})
