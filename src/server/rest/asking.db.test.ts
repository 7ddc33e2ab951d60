import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openTestProduct, type TestProduct } from '../testing/product'
import { REMEMBERED_MS } from './run-once'

/** 17.5: how a program asks and waits, and what it is told about its key. */
let product: TestProduct
let key: string
let n = 0

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_RATE_PER_MINUTE: '6000' })
})
afterAll(() => product.close())
beforeEach(() => {
  key = `asked-${++n}`
})
afterEach(() => void vi.restoreAllMocks())

const PAYMENT = { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa' }
const pay = (headers: Record<string, string> = {}) =>
  product.api('POST', '/api/v1/payments', PAYMENT, { 'idempotency-key': key, ...headers })
const ADDRESS = '/api/v1/idempotency/payments.create'
const ask = (headers: Record<string, string> = {}) =>
  product.api('GET', `${ADDRESS}/${key}`, undefined, headers)

/** A payment whose bank has been asked, and does not answer until `answer` is called. */
async function payAtSlowBank() {
  const charge = product.bank.charge.bind(product.bank)
  let answer = () => {}
  let began = () => {}
  const asked = new Promise<void>((resolve) => (began = resolve))
  const answered = new Promise<void>((resolve) => (answer = resolve))
  vi.spyOn(product.bank, 'charge').mockImplementationOnce(async (request) => {
    began()
    await answered
    return charge(request)
  })
  const reply = pay()
  await asked
  return { answer, reply }
}

describe('Prefer: wait, when the state of a key is read', () => {
  it('answers when the payment has ended', async () => {
    const { answer, reply } = await payAtSlowBank()
    expect((await ask()).body.state).toBe('in_progress')
    const waiting = ask({ prefer: 'wait=20' })
    answer()
    const state = await waiting
    expect([state.body.state, state.header('preference-applied')]).toEqual(['completed', 'wait=20'])
    expect(state.body.resource.id).toBe((await reply).body.id)
  })

  it('answers with what is so when the time is over, and at once when nothing is to be waited for', async () => {
    const { answer, reply } = await payAtSlowBank()
    const state = await ask({ prefer: 'wait=1' })
    expect([state.status, state.body.state]).toEqual([200, 'in_progress'])
    answer()
    await reply
    expect((await ask({ prefer: 'wait=30' })).body.state).toBe('completed')
    key = 'never-used'
    expect((await ask({ prefer: 'wait=30' })).status).toBe(404)
  })
})

describe('the states of a key as a stream', () => {
  const stream = async () => {
    const token = await product.newApiKey()
    return product.call(`${ADDRESS}/${key}`, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` },
    })
  }
  const statesIn = (text: string) =>
    [...text.matchAll(/^event: state\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '').state)

  it('are sent as they change, and it ends with the last one', async () => {
    const { answer, reply } = await payAtSlowBank()
    const answered = await stream()
    expect([answered.status, answered.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/event-stream'),
    ])
    const reader = answered.body?.pipeThrough(new TextDecoderStream()).getReader()
    const first = await reader?.read()
    expect(statesIn(`${first?.value}`)).toEqual(['in_progress'])
    answer()
    await reply
    let rest = ''
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) rest += part.value
    expect(statesIn(rest)).toEqual(['completed'])
  })

  it('end when the server is stopped, and are not begun for a key that is not there', async () => {
    const { answer, reply } = await payAtSlowBank()
    const answered = await stream()
    const closed = vi.spyOn(product.deps.engine, 'isClosed').mockReturnValue(true)
    expect(statesIn(await answered.text())).toEqual(['in_progress'])
    closed.mockRestore()
    answer()
    await reply
    key = 'never-used'
    expect((await stream()).status).toBe(404)
  })

  it('are at most 20 at one time; those that were left make room', async () => {
    const { answer, reply } = await payAtSlowBank()
    const open = await Promise.all(Array.from({ length: 20 }, stream))
    const refused = await stream()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    await Promise.all(open.map(({ body }) => body?.cancel()))
    answer()
    await reply
    await expect.poll(async () => (await stream()).status).toBe(200)
  })
})

describe('what a program is told about its key', () => {
  it('is that it was not used, where none is needed', async () => {
    const ignored = async (headers: Record<string, string>) =>
      (await product.api('GET', '/api/v1/payments', undefined, headers)).header('idempotency-key-ignored')
    expect(await ignored({ 'idempotency-key': key })).toBe('GET changes nothing and needs no key')
    expect(await ignored({})).toBeNull()
    expect((await pay()).header('idempotency-key-ignored')).toBeNull()
  })

  it('is that a bare value is no key, where the strict form is demanded', async () => {
    const strict = await openTestProduct({ PAYONCE_STRICT_KEYS: 'true' })
    const send = (header: string) =>
      strict.api('POST', '/api/v1/payments', PAYMENT, { 'idempotency-key': header })
    expect(await send('bare')).toMatchObject({
      status: 400,
      body: { kind: 'key-invalid', detail: expect.stringContaining('quoted string') },
    })
    expect((await send('"bare"')).status).toBe(201)
    await strict.close()
    expect((await pay()).status).toBe(201)
  })
})

describe('Repeatability-First-Sent', () => {
  const ago = (ms: number) => ({ 'repeatability-first-sent': new Date(Date.now() - ms).toUTCString() })

  it('older than answers are kept: nothing is begun', async () => {
    const charged = await product.count('charges')
    const refused = await pay(ago(REMEMBERED_MS + 60_000))
    expect(refused).toMatchObject({
      status: 412,
      body: { kind: 'sent-too-long-ago', retry: 'no', safeNewKey: false },
    })
    expect([await product.count('charges'), (await ask()).status]).toEqual([charged, 404])
    expect((await pay(ago(REMEMBERED_MS - 60_000))).status).toBe(201)
  })

  it('does not stand between a client and its stored answer', async () => {
    const first = await pay()
    const again = await pay(ago(REMEMBERED_MS + 60_000))
    expect([again.status, again.text, again.header('idempotent-replayed')]).toEqual([201, first.text, 'true'])
  })

  it('is an HTTP date', async () => {
    for (const date of ['2026-11-27T09:30:00Z', 'yesterday', 'Fri, 99 Nov 2026 09:30:00 GMT'])
      expect(await pay({ 'repeatability-first-sent': date })).toMatchObject({
        status: 400,
        body: { kind: 'validation', detail: expect.stringContaining('HTTP date') },
      })
  })

  it('is compared with the time for which the database keeps answers', async () => {
    await pay()
    const { rows } = await product.owner.query(
      `SELECT extract(epoch FROM expires_at - created_at) * 1000 AS kept FROM idempotency_record WHERE key = $1`,
      [key],
    )
    expect(Number(rows[0].kept)).toBe(REMEMBERED_MS)
  })
})
