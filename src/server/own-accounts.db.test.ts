import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readId, uuidv7 } from '@/lib/id'
import { bankList } from '@/payments/reconciler/bank-count'
import { pullMissed } from '@/payments/stripe/inbox/pull'
import { Receiver } from '@/payments/stripe/inbox/receive'
import { KEY } from '@/payments/stripe/outcome'
import { secretsFor } from '@/platform/env'
import { accountCommand, secretLines } from '@/setup/merchant-account'
import { EventSender } from '../../lab/stripe-double/event-sender'
import { payOut } from '../../lab/stripe-double/payouts'
import { type RunningDouble, startStripeDouble } from '../../lab/stripe-double/server'
import { applyEvents } from './stripe-inbox/inbox'
import { openTestProduct, type TestProduct } from './testing/product'

/**
 * Two merchants of one installation: one on the simulated bank, one with an account of their own at Stripe (its double). The account is set by
 * the command that people use; everything else is the server's own code.
 */
const SECRET_KEY = 'sk_test_of_their_account'
const WEBHOOK_SECRET = 'whsec_of_their_account_1'
const NEXT_WEBHOOK_SECRET = 'whsec_of_their_account_2'
const NEXT_SECRET_KEY = 'sk_test_of_their_next_account'
const NAME = 'their-shop'

let double: RunningDouble
let product: TestProduct
let folder: string
let ours: string
let theirs: { merchantId: string; token: string }
let sender: EventSender
let n = 0
/** A payment at the account that they had first. */
let first = ''

beforeAll(async () => {
  double = await startStripeDouble()
  folder = await mkdtemp(path.join(os.tmpdir(), 'own-accounts-'))
  product = await openTestProduct({ PAYONCE_STRIPE_URL: double.url, PAYONCE_GATEWAY_TIMEOUT_MS: '3000' })
  theirs = await product.otherMerchant()
  ours = await product.newApiKey()
  await command(['set', ...of(theirs.merchantId, NAME)], secrets())
  sender = senderTo(NAME, WEBHOOK_SECRET)
})
afterAll(async () => {
  await product.close()
  await double.close()
  await rm(folder, { recursive: true })
})

const secrets = (key = SECRET_KEY, webhook = WEBHOOK_SECRET, previous?: string) =>
  `STRIPE_SECRET_KEY=${key}\nSTRIPE_WEBHOOK_SECRET=${webhook}\n${previous ? `STRIPE_WEBHOOK_SECRET_PREVIOUS=${previous}\n` : ''}`
const of = (merchantId: string, name: string) => ['--merchant', merchantId, '--name', name]

/** The command, with its secrets in a file; null: none are given. */
async function command(args: string[], text: string | null = null, changes: object = {}): Promise<string> {
  const file = path.join(folder, `secrets-${++n}`)
  if (text !== null) await writeFile(file, text, { mode: 0o600 })
  const said = await accountCommand(text === null ? args : [...args, '--secrets', file], {
    ownerUrl: async () => product.owner.options.connectionString as string,
    mode: 'test',
    keys: () => secretsFor(product.deps.env, 'gateway-account'),
    variables: {},
    ownIsStripe: false,
    url: product.deps.env.PAYONCE_STRIPE_URL,
    stdin: Readable.from([]),
    ...changes,
  })
  await product.deps.ownAccounts.refresh(0)
  return said
}

/** Sends the double's events to the address of an account. */
const senderTo = (account: string, secret: string) =>
  new EventSender({
    events: double.account.events,
    to: async (request) =>
      product.fetch(new Request(`http://payonce.test/api/webhooks/stripe/${account}`, request)),
    secret,
  })

const query = async (text: string, values: unknown[] = []) => (await product.owner.query(text, values)).rows
const post = (token: string, address: string, body: object) =>
  product.api('POST', address, body, { authorization: `Bearer ${token}`, 'idempotency-key': `key-${++n}` })
const pay = (token: string, paymentMethod = 'pm_card_visa') =>
  post(token, '/api/v1/payments', { amount: 2400, currency: 'EUR', paymentMethod })
const refund = (token: string, payment: string, amount: number) =>
  post(token, `/api/v1/payments/${payment}/refunds`, { amount })
const paymentOf = async (id: string) =>
  (await query('SELECT * FROM payment WHERE id = $1', [readId('pay', id)]))[0]
const atDouble = (bank: RunningDouble, id: string) =>
  bank.account.charges.filter(({ metadata }) => metadata[KEY] === readId('pay', id))
const newestOf = (merchantId: string) =>
  query('SELECT id, status FROM payment WHERE merchant_id = $1 ORDER BY created_at DESC LIMIT 1', [
    merchantId,
  ])
/** Within the bank's processing time nothing is concluded. */
const LONG_AGO = `UPDATE payment SET created_at = now() - interval '10 minutes' WHERE id = $1`
/** What the resolver does with payments in doubt. */
const recover = async () => {
  await query(`UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE state = 'unknown'`)
  await product.deps.engine.recover(product.deps.operations.createPayment, 50, 'test')
}
/** The secret keys with which the double was asked meanwhile. */
const keysUsed = async (act: () => Promise<unknown>): Promise<string[]> => {
  const from = double.keys.length
  await act()
  return [...new Set(double.keys.slice(from))]
}
const work = async () => {
  await query('UPDATE stripe_event SET next_at = now(), lease_until = NULL WHERE next_at IS NOT NULL')
  while ((await applyEvents(product.deps, product.deps.stripeAccounts)) === 20);
}
const eventStates = async () =>
  (await query('SELECT account, type, state FROM stripe_event ORDER BY created_at, id')).map(
    ({ account, type, state }) => `${account} ${type} ${state}`,
  )
const movementsOf = async (merchantId: string) =>
  (
    await query(
      'SELECT gateway, kind, state FROM bank_movement WHERE merchant_id = $1 ORDER BY happened_at, kind',
      [merchantId],
    )
  ).map(({ gateway, kind, state }) => `${gateway} ${kind} ${state}`)

describe('side by side', () => {
  it('each merchant’s payments and refunds go to their own bank, and the payment remembers it', async () => {
    const [mine, other] = [await pay(ours), await pay(theirs.token)]
    first = other.body.id
    expect([mine.body.status, other.body.status]).toEqual(['succeeded', 'succeeded'])
    expect((await paymentOf(mine.body.id)).gateway_account).toBeNull()
    expect(await paymentOf(other.body.id)).toMatchObject({
      gateway_account: NAME,
      gateway_ref: atDouble(double, other.body.id)[0]?.id,
    })
    expect([double.account.charges.length, await product.count('charges')]).toEqual([1, 1])
    expect([
      (await refund(ours, mine.body.id, 300)).status,
      (await refund(theirs.token, other.body.id, 500)).status,
    ]).toEqual([201, 201])
    expect(double.account.refunds.map(({ amount }) => amount)).toEqual([500])
  })

  it('each merchant’s authorisations too, and the part that is captured of them', async () => {
    const body = { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa', capture: 'manual' }
    const authorised = await Promise.all(
      [ours, theirs.token, theirs.token].map((token) => post(token, '/api/v1/payments', body)),
    )
    expect(authorised.map((reply) => reply.body.status)).toEqual(Array(3).fill('authorised'))
    const [mine, other, voided] = authorised.map((reply) => reply.body.id)
    expect([
      await post(ours, `/api/v1/payments/${mine}/capture`, { amount: 900 }),
      await post(theirs.token, `/api/v1/payments/${other}/capture`, { amount: 700 }),
      await post(theirs.token, `/api/v1/payments/${voided}/void`, {}),
    ]).toMatchObject([
      { status: 200, body: { status: 'succeeded', amount: 900 } },
      { status: 200, body: { status: 'succeeded', amount: 700 } },
      { status: 200, body: { status: 'voided' } },
    ])
    expect([other, voided].map((id) => atDouble(double, id)[0]?.amount_captured)).toEqual([700, 0])
    expect(await paymentOf(other)).toMatchObject({ gateway_account: NAME, amount: '700' })
  })

  it('events come in at the account’s own address, under its own secret', async () => {
    await sender.flush()
    await work()
    const states = await eventStates()
    expect(states).toEqual(
      expect.arrayContaining([`${NAME} payment_intent.succeeded applied`, `${NAME} refund.created applied`]),
    )
    expect(states.filter((state) => !state.startsWith(`${NAME} `))).toEqual([])
    const send = async (account: string, secret: string) => {
      const stranger = senderTo(account, secret)
      payOut(double.account, 'eur')
      const statuses = await stranger.flush()
      stranger.close()
      return statuses
    }
    expect(await send('nobody', WEBHOOK_SECRET)).toEqual([404])
    expect(await send(NAME, 'whsec_of_somebody_else')).toEqual([400])
  })

  it('what could not be delivered is pulled from the account, and both lists are reconciled, each with its own books', async () => {
    const { db, send } = product.deps
    const [account] = await product.deps.stripeAccounts.all()
    if (!account) throw new Error('there is no account')
    await sender.flush({ dropped: 1 })
    const silences: string[] = []
    const deps = {
      db,
      receiver: new Receiver(send),
      timeoutMs: 3_000,
      onSilence: (_: string, why: string) => void silences.push(why),
    }
    for (let pages = 0; pages < 20 && (await pullMissed(deps, account)) > 0; pages++);
    expect(silences).toEqual([])
    await product.deps.reconcile()
    await product.deps.reconcileMovements()
    expect((await movementsOf(product.merchantId)).toSorted()).toEqual([
      'simulator charge matched',
      'simulator charge matched',
      'simulator refund matched',
    ])
    expect((await movementsOf(theirs.merchantId)).toSorted()).toEqual(
      expect.arrayContaining([
        `stripe:${NAME} charge matched`,
        `stripe:${NAME} refund matched`,
        `stripe:${NAME} payout explained`,
      ]),
    )
    // How old our copy of a list is, is said of the list of the payment's own bank.
    await query(`UPDATE reconciliation SET updated_at = now() - interval '1 day' WHERE gateway = 'simulator'`)
    const own = { merchantId: theirs.merchantId, paymentId: readId('pay', first) ?? '' }
    const fresh = await bankList(db, product.deps.gateway, own)
    expect(Date.now() - (fresh?.readAt.getTime() ?? 0)).toBeLessThan(3_600_000)
    const nobody = { merchantId: product.merchantId, paymentId: uuidv7() }
    const stale = await bankList(db, product.deps.gateway, nobody)
    expect(Date.now() - (stale?.readAt.getTime() ?? 0)).toBeGreaterThan(3_600_000)
    await product.deps.reconcile()
    const lists = await query(`SELECT gateway FROM reconciliation ORDER BY gateway`)
    expect(lists.map(({ gateway }) => gateway)).toEqual([
      'simulator',
      'simulator:movements',
      `stripe:${NAME}`,
      `stripe:${NAME}:movements`,
    ])
  })

  it('an account that names another merchant’s key touches nothing of theirs', async () => {
    const mine = await pay(ours)
    const key = readId('pay', mine.body.id) ?? ''
    const intent = double.account.createIntent({ amount: 2_400, currency: 'eur', metadata: { [KEY]: key } })
    await double.account.confirm(intent.id, 'pm_card_visa', undefined)
    await sender.flush()
    await work()
    await product.deps.reconcile()
    await product.deps.reconcile()
    await product.deps.reconcileMovements()
    expect(await query('SELECT FROM surplus_charge')).toEqual([])
    const charge = atDouble(double, mine.body.id)[0]?.id
    expect(
      await query('SELECT status, gateway_account FROM open_charge WHERE gateway_ref = $1', [charge]),
    ).toEqual([{ status: 'stray', gateway_account: NAME }])
    expect(
      await query('SELECT merchant_id, state, payment_id FROM bank_movement WHERE charge_ref = $1', [charge]),
    ).toEqual([{ merchant_id: theirs.merchantId, state: 'difference', payment_id: null }])
    const states = await query('SELECT DISTINCT state FROM stripe_event WHERE gateway_key = $1', [key])
    expect(states).toEqual([{ state: 'stray' }])
  })
})

describe('a payment in doubt', () => {
  it('is asked for where it was begun, also after the merchant has changed to another account', async () => {
    double.failNext('/confirm')
    const begun = await pay(theirs.token)
    const [{ id }] = await newestOf(theirs.merchantId)
    expect([begun.status, (await newestOf(theirs.merchantId))[0].status]).toEqual([409, 'unknown'])
    await command(['set', ...of(theirs.merchantId, 'their-next')], secrets(NEXT_SECRET_KEY))
    await query(LONG_AGO, [id])
    expect(await keysUsed(recover)).toEqual([SECRET_KEY])
    const [settled] = await query('SELECT status, gateway_account FROM payment WHERE id = $1', [id])
    expect(settled).toEqual({ status: 'not_charged', gateway_account: NAME })
    let next = ''
    expect(
      await keysUsed(async () => {
        next = (await pay(theirs.token)).body.id
      }),
    ).toEqual([NEXT_SECRET_KEY])
    expect((await paymentOf(next)).gateway_account).toBe('their-next')
    const statuses: number[] = []
    const used = await keysUsed(async () => {
      for (const payment of [first, next]) statuses.push((await refund(theirs.token, payment, 100)).status)
    })
    expect([statuses, used]).toEqual([
      [201, 201],
      [SECRET_KEY, NEXT_SECRET_KEY],
    ])
    expect(await command(['list'])).toMatch(new RegExp(`${NAME} .*retired\n.*their-next .*current`))
  })

  it('whose account cannot be read now is doubt: it is charged nowhere, and goes on once it can be', async () => {
    const [kept] = await query(`SELECT secret_key FROM gateway_account WHERE name = 'their-next'`)
    const touch = (secret: string) =>
      query(
        `UPDATE gateway_account SET secret_key = $1, updated_at = clock_timestamp() WHERE name = 'their-next'`,
        [secret],
      )
    const charges = [double.account.charges.length, await product.count('charges')]
    await touch('v1.AAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')
    await product.deps.ownAccounts.refresh(0)
    await pay(theirs.token)
    const [{ id, status }] = await newestOf(theirs.merchantId)
    expect([status, double.account.charges.length, await product.count('charges')]).toEqual([
      'unknown',
      ...charges,
    ])
    await touch(kept.secret_key)
    await product.deps.ownAccounts.refresh(0)
    await query(LONG_AGO, [id])
    expect(await keysUsed(recover)).toEqual([NEXT_SECRET_KEY])
    // The charge is withdrawn where it would have been.
    expect(await query('SELECT status FROM payment WHERE id = $1', [id])).toEqual([{ status: 'not_charged' }])
  })
})

it('the checkout of each merchant’s order has the card fields of their own bank', async () => {
  const fieldsOf = async (orderId: string) => {
    const input = encodeURIComponent(JSON.stringify({ orderId }))
    const answer = await product.call(`/api/trpc/installation.current?input=${input}`)
    return (await answer.json()).result.data.cardFields
  }
  const theirOrder = await product.newOrder({ merchantId: theirs.merchantId })
  expect(await fieldsOf(theirOrder)).toEqual({ kind: 'simulator' })
  expect(product.deps.ownAccounts.showsCardFields()).toBe(false)
  const set = ['set', ...of(theirs.merchantId, 'their-next'), '--publishable-key', 'pk_test_theirs']
  await command(set, secrets(NEXT_SECRET_KEY))
  expect(await fieldsOf(theirOrder)).toEqual({ kind: 'stripe', publishableKey: 'pk_test_theirs' })
  expect(product.deps.ownAccounts.showsCardFields()).toBe(true)
  for (const other of [await product.newOrder(), 'ord_nothing', `ord_${'0'.repeat(32)}`])
    expect(await fieldsOf(other)).toEqual({ kind: 'simulator' })
})

describe('secrets', () => {
  it('are in the database only encrypted, bound to their account and column', async () => {
    const rows = JSON.stringify(await query('SELECT * FROM gateway_account'))
    expect(rows).not.toMatch(/sk_test|whsec_/)
    const keys = await query(`SELECT secret_key FROM gateway_account WHERE name = $1`, [NAME])
    await query(
      `UPDATE gateway_account SET webhook_secret = $1, updated_at = clock_timestamp() WHERE name = 'their-next'`,
      [keys[0].secret_key],
    )
    await product.deps.ownAccounts.refresh(0)
    expect(await product.deps.ownAccounts.gatewayOf('their-next')).toMatchObject({ kind: 'unknown' })
    await command(['set', ...of(theirs.merchantId, 'their-next')], secrets(NEXT_SECRET_KEY))
    expect(await product.deps.ownAccounts.gatewayOf('their-next')).toMatchObject({
      name: 'stripe:their-next',
    })
  })

  it('are replaced: both webhook secrets are taken while one is rolled, and the audit log names no secret', async () => {
    expect(
      await command(
        ['set', ...of(theirs.merchantId, NAME)],
        secrets(SECRET_KEY, NEXT_WEBHOOK_SECRET, WEBHOOK_SECRET),
      ),
    ).toMatch('Replaced the keys')
    expect((await product.deps.stripeAccounts.find(NAME))?.secrets).toEqual([
      NEXT_WEBHOOK_SECRET,
      WEBHOOK_SECRET,
    ])
    const log = await query(
      `SELECT action, subject, detail FROM audit_log WHERE merchant_id = $1 AND action LIKE 'gateway-account.%' ORDER BY seq`,
      [theirs.merchantId],
    )
    expect(log.map(({ action }) => action)).toEqual([
      'gateway-account.set',
      'gateway-account.set',
      'gateway-account.keys-replaced',
      'gateway-account.keys-replaced',
      'gateway-account.keys-replaced',
    ])
    expect(JSON.stringify(log)).not.toMatch(/sk_test|whsec_/)
  })

  it('outlive a new PAYONCE_SECRET: encrypted anew while the one before is set, and unreadable without either', async () => {
    const before = secretsFor(product.deps.env, 'gateway-account')
    const next = ['a new key', ...before] as const
    expect(await command(['renew'], null, { keys: () => next })).toMatch('2 accounts')
    await expect(command(['renew'], null, { keys: () => before })).rejects.toThrow('cannot be read')
    expect(await product.deps.ownAccounts.gatewayOf(NAME)).toMatchObject({ kind: 'unknown' })
    expect(await command(['renew'], null, { keys: () => [before[0], 'a new key'] })).toMatch('2 accounts')
    expect(await product.deps.ownAccounts.gatewayOf(NAME)).toMatchObject({ name: `stripe:${NAME}` })
  })

  it('the application may read an account, and set none', async () => {
    const asApp = (text: string) => product.deps.pool.query(text)
    await expect(asApp(`UPDATE gateway_account SET publishable_key = 'pk'`)).rejects.toThrow(
      'permission denied',
    )
    await expect(asApp('DELETE FROM gateway_account')).rejects.toThrow('permission denied')
    await expect(asApp('SELECT created_by FROM gateway_account')).rejects.toThrow('permission denied')
  })
})

describe('what the command refuses', () => {
  const refused = async (args: string[], text: string | null = null, changes: object = {}) => {
    const before = await query('SELECT * FROM gateway_account ORDER BY name')
    const message = await command(args, text, changes).then(
      (said) => `not refused: ${said}`,
      (error: Error) => error.message,
    )
    expect(await query('SELECT * FROM gateway_account ORDER BY name')).toEqual(before)
    expect(message).not.toMatch(/sk_(test|live)_o|whsec_o/)
    return message
  }

  it.each([
    ['a live key in the sandbox', secrets('sk_live_of_somebody'), 'is a live key'],
    ['a publishable key as the secret one', secrets('pk_test_of_somebody'), 'is a publishable key'],
    ['no secret key', secrets(''), 'set the account’s secret key'],
    ['no webhook secret', secrets(SECRET_KEY, ''), 'STRIPE_WEBHOOK_SECRET'],
    ['a line that is none', 'sk_test_of_nobody\n', 'Line 1 of the secrets is none of'],
  ])('%s', async (_, text, says) => {
    expect(await refused(['set', ...of(theirs.merchantId, 'another')], text)).toMatch(says)
  })

  it('Stripe in live mode, which it does not serve yet', async () => {
    const text = secrets('sk_live_of_somebody')
    const said = await refused(['set', ...of(theirs.merchantId, 'another')], text, { mode: 'live' })
    expect(said).toMatch('does not serve live payments yet')
  })

  it('a name of another merchant’s account, the installation’s own, and a merchant that is not there', async () => {
    expect(await refused(['set', ...of(product.merchantId, NAME)], secrets())).toMatch(
      'that of another account',
    )
    expect(await refused(['set', ...of(product.merchantId, 'main')], secrets())).toMatch('installation’s')
    expect(await refused(['set', ...of(uuidv7(), 'another')], secrets())).toMatch('There is no merchant')
    expect(await refused(['retire', '--merchant', product.merchantId])).toMatch('no account of their own')
  })

  it('the installation’s own variables, and a secret on the command line', async () => {
    const set = ['set', ...of(theirs.merchantId, 'another')]
    expect(await refused(set, null, { ownIsStripe: true })).toMatch('name the merchant’s with --secrets')
    expect(await refused([...set, '--secret-key', SECRET_KEY])).toMatch('never given on the command line')
  })

  it('nothing where the secrets come from the standard input or the environment', async () => {
    const stdin = { stdin: Readable.from([secrets()]) }
    const set = ['set', ...of(theirs.merchantId, NAME)]
    expect(await command([...set, '--secrets', '-'], null, stdin)).toMatch('Replaced')
    const variables = { STRIPE_SECRET_KEY: SECRET_KEY, STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET }
    expect(await command(set, null, { variables })).toMatch('Replaced')
    expect(secretLines('# a comment\n\n STRIPE_SECRET_KEY = a=b \n')).toEqual({ STRIPE_SECRET_KEY: 'a=b' })
  })
})

it('an account that is retired takes no new payment: the installation’s gateway does', async () => {
  await command(['retire', '--merchant', theirs.merchantId])
  const next = await pay(theirs.token)
  expect((await paymentOf(next.body.id)).gateway_account).toBeNull()
  expect((await product.deps.ownAccounts.gateways()).map(({ account }) => account)).toEqual([
    NAME,
    'their-next',
  ])
})
