import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ReceiptMails } from '@/checkout/receipts/mail'
import { mailNewReceipts } from '@/checkout/receipts/mail-new'
import { RESENDS_PER_PAYMENT } from '@/checkout/receipts/resend'
import { uuidv7 } from '@/lib/id'
import { listMails } from '@/mail/queue'
import { mailReceipts, receiptMails } from '../receipts/receipt-mails'
import { callProcedure, newOperator, type TestOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'

/** Receipts by e-mail: by themselves once, again by an operator, and their codes for anybody. */
let product: TestProduct
let admin: TestOperator
let support: TestOperator
let viewer: TestOperator

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_SHOPPER_RATE_PER_MINUTE: '6000' })
  admin = await newOperator(product, 'admin')
  support = await newOperator(product, 'support')
  viewer = await newOperator(product, 'viewer')
})
afterAll(() => product.close())
beforeEach(async () => {
  await pastHorizon()
  await turn()
  await product.owner.query('DELETE FROM mail')
})

const call = async (path: string, input: object, who: TestOperator | null, type = 'mutation') =>
  callProcedure(product, { path, type, input, ...(who ? { cookie: await who.cookie() } : {}) })
const choose = (byMail: boolean, who = admin) => call('receipts.chooseRule', { byMail }, who)
const mails = () => listMails(product.deps.db, product.merchantId, 50)
const turn = () => mailReceipts(product.deps)

/**
 * Events are looked at once no older transaction runs anywhere in the cluster, and tests beside this one run some: waits until what was written
 * may be seen.
 */
const pastHorizon = () =>
  expect
    .poll(
      async () => {
        const { rows } = await product.owner.query(
          'SELECT count(*)::int AS n FROM outbox_event WHERE xid >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint',
        )
        return rows[0].n
      },
      { timeout: 20_000, interval: 20 },
    )
    .toBe(0)

let keys = 0
/** Pays an order as a shopper. @returns the payment's id, as shown */
async function pay(
  more: { email?: string; paymentMethod?: string; language?: string; orderId?: string } = {},
) {
  const { email, paymentMethod = 'pm_card_visa', language = 'en' } = more
  const orderId = more.orderId ?? (await product.newOrder({ reference: 'R-1' }))
  const body = JSON.stringify({ orderId, version: 1, key: `receipt-${keys++}`, paymentMethod, email })
  const headers = {
    'content-type': 'application/json',
    'accept-language': language,
    cookie: await product.cookie(),
  }
  await product.call('/api/trpc/checkout.pay', { method: 'POST', headers, body })
  await pastHorizon()
  const { rows } = await product.owner.query(
    'SELECT id::text, receipt_token AS token FROM payment ORDER BY created_at DESC LIMIT 1',
  )
  return { uuid: rows[0].id as string, id: `pay_${rows[0].id.replaceAll('-', '')}`, token: rows[0].token }
}
const codeOf = async (token: string) =>
  (await call('checkout.receipt', { token }, null, 'query')).data.verificationCode as string

describe('a receipt by itself', () => {
  test('is written once for each payment whose shopper has an address, however many workers look and however often', async () => {
    await choose(true)
    const { id, token } = await pay({ email: 'ann@example.com' })
    await pay()
    await pay({ email: 'ann@example.com', paymentMethod: 'pm_card_declined' })
    await Promise.all([turn(), turn(), turn()])
    await turn()
    const written = await mails()
    expect(written).toMatchObject([
      { recipient: 'ann@example.com', subject: 'Your receipt from Test shop: €24.00', state: 'pending' },
    ])
    const { body } = written[0] ?? { body: '' }
    for (const part of [
      'Paid €24.00 to Test shop\n',
      'T-shirt × 2: €24.00',
      'Order: R-1',
      `/receipt/${token}`,
      id,
    ])
      expect(body).toContain(part)
    expect(body).toContain(`/verify?payment=${id}&code=${await codeOf(token)}`)
    expect(body).toContain('Test mode: no real money was moved.')
    // Events that are read again, as after a restore, write no second one.
    await product.owner.query('UPDATE receipt_cursor SET xid = 0')
    await turn()
    expect(await mails()).toHaveLength(1)
  })

  test('goes to the address that was typed with the attempt that paid, and to no earlier one', async () => {
    await choose(true)
    const declined = 'pm_card_declined'
    // A slip, then the right address.
    const corrected = await product.newOrder({ reference: 'R-1' })
    await pay({ orderId: corrected, email: 'ann@exmaple.com', paymentMethod: declined })
    await pay({ orderId: corrected, email: 'ann@example.com' })
    // Somebody who has seen the link, then the buyer, who wants no mail.
    const seen = await product.newOrder({ reference: 'R-1' })
    await pay({ orderId: seen, email: 'stranger@example.com', paymentMethod: declined })
    await pay({ orderId: seen })
    await turn()
    expect((await mails()).map(({ recipient }) => recipient)).toEqual(['ann@example.com'])
  })

  test('is neither lost nor doubled by a worker that dies while it writes', async () => {
    await choose(true)
    await pay({ email: 'ben@example.com' })
    const parts = receiptMails(product.deps)
    const dies = {
      ...parts,
      newId: () => {
        throw new Error('killed')
      },
    }
    await expect(mailNewReceipts(dies, 'test')).rejects.toThrow('killed')
    expect(await mails()).toEqual([])
    await turn()
    await turn()
    expect((await mails()).map(({ recipient }) => recipient)).toEqual(['ben@example.com'])
  })

  test('that cannot be made is left out once another one can be; without a database, none is', async () => {
    await choose(true)
    const bad = await pay({ email: 'bad@example.com' })
    const parts = receiptMails(product.deps)
    const unwritten: string[] = []
    const failing = (error: unknown): ReceiptMails => ({
      ...parts,
      write: (receipt, about) => {
        if (about.receiptToken === bad.token) throw error
        return parts.write(receipt, about)
      },
      onUnwritten: (paymentId) => unwritten.push(paymentId),
    })
    const away = Object.assign(new Error('server closed the connection'), { code: 'P1017' })
    await expect(mailNewReceipts(failing(away), 'test')).rejects.toThrow('closed the connection')
    const broken = failing(new Error('no such language'))
    // As long as it is the only one, the fault may be that of all receipts.
    await expect(mailNewReceipts(broken, 'test')).rejects.toThrow('no such language')
    expect([await mails(), unwritten]).toEqual([[], []])
    await pay({ email: 'good@example.com' })
    await mailNewReceipts(broken, 'test')
    expect((await mails()).map(({ recipient }) => recipient)).toEqual(['good@example.com'])
    expect(unwritten).toEqual([bad.uuid])
    await turn()
    expect(await mails()).toHaveLength(1)
  })

  test('is only for what is paid while the merchant has chosen it', async () => {
    await choose(false)
    await pay({ email: 'before@example.com' })
    await choose(true)
    await product.owner.query('UPDATE receipt_cursor SET xid = 0')
    await turn()
    await choose(false)
    await pay({ email: 'after@example.com' })
    await turn()
    expect(await mails()).toEqual([])
  })

  test('of an event that is three days old is not sent any more', async () => {
    await choose(true)
    const { uuid } = await pay({ email: 'old@example.com' })
    await product.owner.query(`
      SET session_replication_role = replica; UPDATE receipt_rule SET since = '2020-01-01';
      UPDATE outbox_event SET created_at = now() - interval '3 days 1 minute' WHERE subject_id = '${uuid}'; SET session_replication_role = origin`)
    await turn()
    expect(await mails()).toEqual([])
  })

  test('is written in the language of the checkout', async () => {
    await choose(true)
    await pay({ email: 'amal@example.com', language: 'ar' })
    await turn()
    expect((await mails())[0]?.body).toMatch(/^تم دفع .*24\.00.* إلى Test shop\n/)
  })

  test('is chosen by an admin alone, and each choice is in the audit log once', async () => {
    expect((await choose(true, support)).kind).toBe('forbidden')
    await choose(false)
    const count = async () =>
      (await product.owner.query(`SELECT count(*)::int AS n FROM audit_log WHERE action LIKE 'receipts.%'`))
        .rows[0].n
    const before = await count()
    await Promise.all([choose(true), choose(true)])
    expect(await count()).toBe(before + 1)
    expect((await call('receipts.rule', {}, viewer, 'query')).data).toEqual({
      byMail: true,
      mailsLeave: true,
    })
  })
})

describe('a receipt that an operator sends again', () => {
  const resend = (input: object, who = support) => call('receipts.resend', { newId: uuidv7(), ...input }, who)

  test('is one mail for one press, as the payment stands now, with the sender and a masked address in the audit log', async () => {
    await choose(false)
    const { id, uuid } = await pay({ email: 'carla@example.com' })
    await product.api(
      'POST',
      `/api/v1/payments/${id}/refunds`,
      { amount: 400 },
      { 'idempotency-key': uuidv7() },
    )
    const newId = uuidv7()
    const answers = await Promise.all([1, 2, 3].map(() => resend({ payment: id, newId })))
    expect(answers.map(({ kind }) => kind)).toEqual([null, null, null])
    const written = await mails()
    expect(written).toHaveLength(1)
    expect(written[0]?.body).toContain('€4.00 of it was refunded.')
    expect(written[0]?.body).toContain('You paid in total: €20.00')
    const { rows } = await product.owner.query(
      `SELECT actor, detail FROM audit_log WHERE action = 'receipt.sent' AND subject = $1`,
      [uuid],
    )
    expect(rows).toEqual([{ actor: `operator:${support.id}`, detail: 'to c…@example.com' }])
    const { data } = await call('receipts.ofPayment', { payment: id }, viewer, 'query')
    expect(data).toMatchObject({ email: 'carla@example.com', sent: [{ byItself: false }] })
  })

  test('goes to an address that the operator wrote, where none is known', async () => {
    const { id } = await pay()
    expect(await resend({ payment: id })).toMatchObject({ kind: 'validation' })
    expect((await resend({ payment: id, to: 'dora@example.com' })).kind).toBeNull()
    expect((await mails()).map(({ recipient }) => recipient)).toEqual(['dora@example.com'])
    expect((await resend({ payment: id, to: 'dora@example.com\r\nBcc: eve@example.com' })).kind).toBe(
      'validation',
    )
  })

  test('is limited for a payment, also at once', async () => {
    const { id } = await pay({ email: 'eli@example.com' })
    const answers = await Promise.all(Array.from({ length: 12 }, () => resend({ payment: id })))
    const sent = answers.filter(({ kind }) => kind === null).length
    expect(sent).toBeLessThanOrEqual(RESENDS_PER_PAYMENT)
    for (let more = sent; more < RESENDS_PER_PAYMENT; more++)
      expect((await resend({ payment: id })).kind).toBeNull()
    expect((await resend({ payment: id })).kind).toBe('rate-limited')
    expect(await mails()).toHaveLength(RESENDS_PER_PAYMENT)
  })

  test('is refused to a viewer, for another merchant, for an unpaid payment, and under an id of another payment', async () => {
    const { id } = await pay({ email: 'fay@example.com' })
    const declined = await pay({ email: 'fay@example.com', paymentMethod: 'pm_card_declined' })
    const stranger = await newOperator(product, 'admin', (await product.otherMerchant()).merchantId)
    expect((await resend({ payment: id }, viewer)).kind).toBe('forbidden')
    expect((await resend({ payment: id }, stranger)).kind).toBe('not-found')
    expect((await resend({ payment: declined.id })).kind).toBe('validation')
    expect(await mails()).toEqual([])
    const newId = uuidv7()
    await resend({ payment: id, newId })
    const other = await pay({ email: 'gus@example.com' })
    expect((await resend({ payment: other.id, newId })).kind).toBe('key-reused')
    expect(await mails()).toHaveLength(1)
  })

  test('what it said is a fact that nobody changes', async () => {
    await expect(product.owner.query('UPDATE receipt_mail SET amount = 1')).rejects.toThrow()
    await expect(product.owner.query('DELETE FROM receipt_mail')).rejects.toThrow()
  })
})

describe('the code of a receipt', () => {
  const verify = (payment: string, code: string) =>
    call('receipts.verify', { payment, code }, null, 'query').then(({ data, kind }) => data ?? kind)

  test('is valid for who copies it by hand, with what was refunded since', async () => {
    const { id, token } = await pay()
    const code = await codeOf(token)
    const valid = {
      valid: true,
      merchantName: 'Test shop',
      amount: 2_400,
      currency: 'EUR',
      refunded: 0,
      refundUnderWay: 0,
      testMode: true,
      paidAt: expect.any(String),
    }
    expect(await verify(id, code)).toEqual(valid)
    expect(await verify(` ${id} `, code.toUpperCase().replace(/(.{4})/g, '$1 '))).toEqual(valid)
    await product.api(
      'POST',
      `/api/v1/payments/${id}/refunds`,
      { amount: 400 },
      { 'idempotency-key': uuidv7() },
    )
    expect(await verify(id, code)).toEqual({ ...valid, refunded: 400 })
  })

  test('answers one word to all that is wrong: nobody learns which payments there are', async () => {
    const { id, token } = await pay()
    const declined = await pay({ paymentMethod: 'pm_card_declined' })
    const code = await codeOf(token)
    const wrong = code.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
    const texts = await Promise.all(
      [
        [id, wrong],
        [id, ''],
        [id, `${code}0`],
        [`pay_${uuidv7().replaceAll('-', '')}`, code],
        ['pay_', code],
        ["' OR 1=1 --", code],
        [declined.id, await codeOf(declined.token)],
      ].map(([payment = '', shown = '']) => verify(payment, shown)),
    )
    for (const text of texts) expect(text).toEqual({ valid: false })
  })

  test('fits no more when the amount of the payment was changed in the database', async () => {
    const { id, uuid, token } = await pay()
    const code = await codeOf(token)
    const setAmount = (amount: number) =>
      product.owner.query(
        `SET session_replication_role = replica; UPDATE payment SET amount = ${amount} WHERE id = '${uuid}'; SET session_replication_role = origin`,
      )
    await setAmount(2_401)
    expect(await verify(id, code)).toEqual({ valid: false })
    await setAmount(2_400)
    expect(await verify(id, code)).toMatchObject({ valid: true })
  })

  test('is checked so often a minute from one address, and no more', async () => {
    const answers = []
    for (let tries = 0; tries < 330; tries++) answers.push(await verify('pay_', ''))
    expect(answers.at(0)).toEqual({ valid: false })
    expect(answers.at(-1)).toBe('rate-limited')
  })
})
