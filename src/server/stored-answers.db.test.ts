import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { wrappingOf } from '@/access/answer-wrapping'
import { proveSame, replaceAnswers } from '@/idempotency/stores/reencrypt-sql'
import { encrypt, newSalt } from '@/platform/answers/answer-text'
import { reencryptAnswers } from '@/platform/answers/reencrypt'
import { reportKeys } from '@/platform/answers/report'
import { rotateKey } from '@/platform/answers/rotate'
import type { Env } from '@/platform/env'
import { createApi } from './api'
import { buildDeps, type Deps } from './deps'
import { callProcedure, newOperator } from './testing/operators'
import { type ApiReply, apiReply, openTestProduct, type TestProduct } from './testing/product'

/** Stored answers are encrypted: what that costs, what it refuses, and how keys are rotated and lost. */
let product: TestProduct
const others: Deps[] = []
let next = 0
let key: string

beforeAll(async () => {
  product = await openTestProduct()
  await product.deps.ready
})
afterAll(async () => {
  await Promise.all(others.map((deps) => deps.close()))
  await product.close()
})
beforeEach(() => {
  key = `answer-${++next}`
})

const PAYMENT = { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa' }
const pay = (send: Pick<TestProduct, 'api'> = product): Promise<ApiReply> =>
  send.api('POST', '/api/v1/payments', PAYMENT, { 'idempotency-key': key })
const charges = () => product.count('charges')

async function stored(): Promise<{ id: string; answer: string }> {
  const { rows } = await product.owner.query('SELECT id, answer FROM idempotency_record WHERE key = $1', [
    key,
  ])
  return rows[0]
}

/** The same installation as a process of its own. */
async function process(changes: Partial<Env> = {}) {
  const deps = buildDeps({ ...product.deps.env, ...changes })
  others.push(deps)
  await deps.ready
  const { fetch } = createApi(deps)
  const token = await product.newApiKey()
  const api: TestProduct['api'] = async (method, path, body, headers = {}) =>
    apiReply(
      await fetch(
        new Request(`http://localhost:3000${path}`, {
          method,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        }),
      ),
    )
  return { deps, api }
}

/** Statements that `work` sends, by any connection of this process. */
async function sentBy(work: () => Promise<unknown>): Promise<string[]> {
  const spy = vi.spyOn(pg.Client.prototype, 'query')
  await work()
  const sent = spy.mock.calls.map(([query]) =>
    typeof query === 'string' ? query : (query as pg.QueryConfig).text,
  )
  spy.mockRestore()
  return sent
}
const about = (table: string, sent: string[]) => sent.filter((text) => text.includes(table))

/** Lets the worker's job begin with keys that were made now. */
const settle = () => product.owner.query(`UPDATE answer_key SET used_from = now() - interval '6 minutes'`)

async function reencryptAll({ db, answerKeys }: Deps): Promise<void> {
  while ((await reencryptAnswers(db, answerKeys, 2)) > 0);
}

describe('a stored answer', () => {
  it('is not in the table, and its replay has the same bytes', async () => {
    const first = await pay()
    expect(first.status).toBe(201)
    const { answer } = await stored()
    expect(answer).toMatch(/^s1\.1\.[\w-]{22}\.[\w-]+$/)
    expect(Buffer.from(answer.split('.')[3] ?? '', 'base64url').includes('amount')).toBe(false)
    const again = await pay()
    expect([again.status, again.text, again.header('idempotent-replayed')]).toEqual([201, first.text, 'true'])
  })

  it('costs no statement: a replay is one read and no write, and a payment reads no key', async () => {
    await pay()
    await pay()
    const replay = await sentBy(pay)
    expect([about('idempotency_record', replay).length, about('answer_key', replay).length]).toEqual([1, 0])
    expect(
      replay.filter((text) =>
        /\b(INSERT INTO|UPDATE) "?(public"?\."?)?(idempotency_record|payment)\b/.test(text),
      ),
    ).toEqual([])
    key = `answer-${++next}`
    const first = await sentBy(pay)
    // The look, the claim with its payment, and the answer.
    expect([about('idempotency_record', first).length, about('answer_key', first).length]).toEqual([3, 0])
  })

  it('is shown to operators as replays get it', async () => {
    const first = await pay()
    const operator = await newOperator(product, 'viewer')
    const input = { id: (await stored()).id }
    const shown = await callProcedure(product, {
      path: 'idempotency.get',
      type: 'query',
      input,
      cookie: await operator.cookie(),
    })
    expect(shown.data.answer).toBe(first.text)
  })

  it('cannot be replaced by another, encrypted or plain', async () => {
    const first = await pay()
    const before = await charges()
    const { id, answer } = await stored()
    const { merchantId, deps } = product
    const place = { merchantId, id, status: 201, problem: null }
    const set = (text: string) =>
      deps.db.$queryRaw(replaceAnswers(merchantId, [{ id, before: answer, after: text }]))
    const dataKey = await deps.answerKeys.newestKey(merchantId)
    await expect(set(first.text)).rejects.toThrow('may not change')
    await expect(set(encrypt(place, '{"paid":false}', dataKey))).rejects.toThrow('may not change')
    await expect(set(encrypt(place, first.text, dataKey))).rejects.toThrow('may not change')
    // The digest alone may be copied: such a text cannot be decrypted.
    const forged = encrypt(place, '{"paid":false}', dataKey).split('.')
    forged[2] = answer.split('.')[2] ?? ''
    await set(forged.join('.'))
    expect(await pay()).toMatchObject({ status: 500, body: { kind: 'record-damaged' } })
    expect(await charges()).toBe(before)
  })

  it('is damaged once it was moved to another record', async () => {
    await pay()
    const { answer } = await stored()
    key = `answer-${++next}`
    await pay()
    await product.owner.query(
      `SET session_replication_role = replica; UPDATE idempotency_record SET answer = '${answer}' WHERE key = '${key}'; RESET session_replication_role`,
    )
    const before = await charges()
    expect(await pay()).toMatchObject({ status: 500, body: { kind: 'record-damaged' } })
    expect(await charges()).toBe(before)
  })

  it('that holds a card number is found, though nobody can read it', async () => {
    await pay()
    const { id, answer } = await stored()
    const ofCards = async () =>
      (await product.owner.query(`SELECT subject FROM integrity_across.no_card_number`)).rows
    expect(await ofCards()).toEqual([])
    await product.owner.query(
      `SET session_replication_role = replica; UPDATE idempotency_record SET answer = '${answer}.card' WHERE key = '${key}'; RESET session_replication_role`,
    )
    expect(await ofCards()).toEqual([{ subject: `idempotency_record ${id}` }])
    await product.owner.query(
      `SET session_replication_role = replica; UPDATE idempotency_record SET answer = '${answer}' WHERE key = '${key}'; RESET session_replication_role`,
    )
  })
})

describe('answers of before', () => {
  it('are replayed as they are, and encrypted by the worker with a proof that they stay the same', async () => {
    const first = await pay()
    const { id } = await stored()
    await product.owner.query(
      `SET session_replication_role = replica; UPDATE idempotency_record SET answer = '${first.text}' WHERE key = '${key}'; RESET session_replication_role`,
    )
    expect((await pay()).text).toBe(first.text)
    const { deps, merchantId } = product
    const dataKey = await deps.answerKeys.newestKey(merchantId)
    const place = { merchantId, id, status: 201, problem: null }
    const salt = newSalt()
    const write = (after: string, salts: Record<string, string>) =>
      deps.db.$transaction([
        deps.db.$queryRaw(proveSame(salts)),
        deps.db.$queryRaw(replaceAnswers(merchantId, [{ id, before: first.text, after }])),
      ])
    const same = encrypt(place, first.text, dataKey, salt)
    const proof = { [id]: salt.toString('hex') }
    await expect(write(same, {})).rejects.toThrow('may not change')
    await expect(write(same, { [id]: newSalt().toString('hex') })).rejects.toThrow('may not change')
    await expect(write(encrypt(place, '{"paid":false}', dataKey, salt), proof)).rejects.toThrow(
      'may not change',
    )
    await settle()
    await product.owner.query(`UPDATE answer_key SET reencrypted_after = ''`)
    await reencryptAll(deps)
    expect((await stored()).answer).toMatch(/^s1\.1\./)
    expect((await pay()).text).toBe(first.text)
    expect((await reportKeys(deps.db, null)).counted).toEqual([{ version: 1, answers: expect.any(Number) }])
  })
})

describe('a release that is being rolled out', () => {
  it('stores answers as servers of the version before read them, for 15 minutes from the first key of a merchant', async () => {
    const { merchantId, token } = await product.otherMerchant()
    const theirs = () =>
      product.api('POST', '/api/v1/payments', PAYMENT, {
        'idempotency-key': key,
        authorization: `Bearer ${token}`,
      })
    const first = await theirs()
    expect((await stored()).answer).toMatch(/^s1\./)
    // As it was before there were keys.
    await product.owner.query('DELETE FROM answer_key WHERE merchant_id = $1', [merchantId])
    await product.owner.query(
      `SET session_replication_role = replica; UPDATE idempotency_record SET answer = '${first.text}' WHERE key = '${key}'; RESET session_replication_role`,
    )
    const { deps } = await process()
    expect(await deps.answerKeys.encrypt({ merchantId, id: 'r', status: 201, problem: null }, '{}')).toBe(
      '{}',
    )
    await settle()
    const later = await process()
    const encrypted = await later.deps.answerKeys.encrypt(
      { merchantId, id: 'r', status: 201, problem: null },
      '{}',
    )
    expect(encrypted).toMatch(/^s1\.1\./)
    await reencryptAll(later.deps)
    expect((await stored()).answer).toMatch(/^s1\.1\./)
  })
})

describe('a rotated key', () => {
  it('is for new answers, the older ones are encrypted under it, and every process goes on reading all', async () => {
    const { deps, merchantId } = product
    const first = await pay()
    expect(await rotateKey(deps.db, wrappingOf(deps.env), merchantId)).toBe(2)
    const after = await process()
    expect((await pay(after)).text).toBe(first.text)
    const older = key
    key = `answer-${++next}`
    const second = await pay(after)
    expect((await stored()).answer).toMatch(/^s1\.2\./)
    // A process that was started before reads the new key when it meets it.
    expect((await pay()).text).toBe(second.text)
    // Within five minutes of its making a process may still use the one before.
    expect(await reencryptAnswers(after.deps.db, after.deps.answerKeys, 2)).toBe(0)
    await settle()
    await reencryptAll(after.deps)
    key = older
    expect((await stored()).answer).toMatch(/^s1\.2\./)
    expect([(await pay()).text, (await pay(after)).text]).toEqual([first.text, first.text])
    const { counted, unusable } = await reportKeys(deps.db, wrappingOf(deps.env))
    // One was forged above, and is left as it is.
    expect(counted.map(({ version }) => version)).toEqual([1, 2])
    expect(unusable).toBe(0)
    const { rows } = await product.owner.query(
      `SELECT subject FROM audit_log WHERE action = 'answer-key.rotated'`,
    )
    expect(rows).toEqual([{ subject: '2' }])
  })
})

describe('a lost secret', () => {
  it('leaves answers that nobody can read: nothing is executed until the key is rotated, and no key twice then', async () => {
    const first = await pay()
    await product.owner.query('DELETE FROM installation_secret')
    const lost = await process({ PAYONCE_SECRET: 'another secret, long enough to pass as well' })
    const before = await charges()
    expect(await pay(lost)).toMatchObject({ status: 500, body: { kind: 'record-damaged' } })
    const used = key
    key = `answer-${++next}`
    expect(await pay(lost)).toMatchObject({ status: 503 })
    expect([await charges(), await stored()]).toEqual([before, undefined])
    const wrapping = wrappingOf(lost.deps.env)
    expect((await reportKeys(lost.deps.db, wrapping)).unusable).toBe(3)
    await rotateKey(lost.deps.db, wrapping, product.merchantId)
    expect((await pay(lost)).status).toBe(201)
    expect(await charges()).toBe(before + 1)
    key = used
    expect(await pay(lost)).toMatchObject({ status: 500, body: { kind: 'record-damaged' } })
    expect((await pay()).text).toBe(first.text)
    expect(await charges()).toBe(before + 1)
  })
})
