import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mayActAs, type Role } from '@/access/operator'
import { appRouter } from './root'
import { callProcedure, newOperator, type TestOperator } from './testing/operators'
import { openTestProduct, type TestProduct } from './testing/product'
import { procedureWithoutPolicy } from './trpc'

/** Who may call each procedure. `fresh …`: only after a sign-in or a confirmation in the last 5 minutes. */
const PROCEDURES: Record<string, 'public' | Role | 'fresh viewer' | 'fresh admin'> = {
  'checkout.order': 'public',
  'checkout.pay': 'public',
  'checkout.returned': 'public',
  'checkout.status': 'public',
  'checkout.held': 'public',
  'checkout.receipt': 'public',
  'operator.current': 'viewer',
  'account.get': 'viewer',
  'account.confirmOptions': 'viewer',
  'account.confirm': 'viewer',
  'account.changePassword': 'viewer',
  'account.endSession': 'viewer',
  'account.endOtherSessions': 'viewer',
  'account.endAllSessions': 'viewer',
  'factors.list': 'viewer',
  'factors.beginTotp': 'fresh viewer',
  'factors.confirmTotp': 'fresh viewer',
  'factors.removeTotp': 'fresh viewer',
  'factors.newRecoveryCodes': 'fresh viewer',
  'factors.beginPasskey': 'fresh viewer',
  'factors.addPasskey': 'fresh viewer',
  'factors.removePasskey': 'fresh viewer',
  'operators.list': 'admin',
  'operators.invite': 'fresh admin',
  'operators.renewInvitation': 'fresh admin',
  'operators.revokeInvitation': 'admin',
  'operators.sessions': 'admin',
  // Must be possible at once.
  'operators.endSessions': 'admin',
  'operators.setRole': 'fresh admin',
  'operators.resetFactors': 'fresh admin',
  'operators.remove': 'fresh admin',
  'invitation.get': 'public',
  'invitation.accept': 'public',
  'payments.overview': 'viewer',
  'payments.firstSteps': 'viewer',
  'payments.list': 'viewer',
  'payments.counts': 'viewer',
  'payments.get': 'viewer',
  'payments.createOrder': 'support',
  'orders.list': 'viewer',
  'orders.counts': 'viewer',
  'orders.get': 'viewer',
  'orders.change': 'support',
  'orders.cancel': 'support',
  // The address of a link is shared; it shows what shoppers pay, and no one’s order.
  'links.open': 'public',
  'links.list': 'viewer',
  'links.create': 'support',
  'links.pause': 'support',
  'links.resume': 'support',
  // Above what support may, an admin who has just confirmed: by the amount (refunds.db.test.ts).
  'reconciliation.disputes': 'viewer',
  'reconciliation.list': 'viewer',
  'reconciliation.sums': 'viewer',
  'authorisations.capture': 'support',
  'authorisations.void': 'support',
  'refunds.create': 'support',
  'refunds.requests': 'viewer',
  'refunds.request': 'fresh admin',
  'refunds.approve': 'fresh admin',
  'refunds.reject': 'admin',
  'refunds.withdraw': 'admin',
  'resolutions.ofPayment': 'viewer',
  'resolutions.waiting': 'viewer',
  'resolutions.strays': 'viewer',
  'resolutions.propose': 'fresh admin',
  'resolutions.confirm': 'fresh admin',
  'resolutions.reject': 'admin',
  'resolutions.withdraw': 'admin',
  'notes.list': 'viewer',
  'notes.add': 'support',
  // Who holds a receipt has its code.
  'receipts.verify': 'public',
  'receipts.ofPayment': 'viewer',
  'receipts.resend': 'support',
  'receipts.rule': 'viewer',
  'receipts.chooseRule': 'admin',
  'ledger.check': 'viewer',
  'ledger.seals': 'viewer',
  'ledger.accounts': 'viewer',
  'ledger.account': 'viewer',
  'ledger.trialBalance': 'viewer',
  'ledger.accountPeriod': 'viewer',
  'ledger.statement': 'viewer',
  'ledger.journal': 'viewer',
  'limits.get': 'viewer',
  'limits.set': 'fresh admin',
  'find.pasted': 'viewer',
  'idempotency.list': 'viewer',
  'idempotency.explore': 'viewer',
  'idempotency.get': 'viewer',
  'idempotency.askAgain': 'support',
  'inbox.list': 'viewer',
  'inbox.get': 'viewer',
  'inbox.applyAgain': 'support',
  'integrity.check': 'viewer',
  'integrity.checkEverything': 'admin',
  'alerts.bar': 'viewer',
  'alerts.list': 'viewer',
  'alerts.acknowledge': 'support',
  // One's own choice.
  'alerts.mailRules': 'viewer',
  'alerts.chooseMails': 'viewer',
  'alerts.mailbox': 'viewer',
  'installation.current': 'public',
  // Anybody may look; a run takes much of the machine.
  'lab.current': 'public',
  'lab.run': 'support',
  'lab.schedules': 'support',
  'lab.stop': 'support',
  'audit.list': 'viewer',
  'audit.chains': 'viewer',
  'settings.get': 'viewer',
  'settings.update': 'fresh admin',
  'settings.setLogo': 'fresh admin',
  'rights.list': 'viewer',
  // A viewer of the sample, whatever the role at home.
  'sample.current': 'viewer',
  'sample.enter': 'viewer',
  'sample.leave': 'viewer',
  'sample.remove': 'admin',
  'security.pageCheck': 'viewer',
  'security.violations': 'viewer',
  'developers.keys': 'viewer',
  // Whoever sees the key of the demo could make one as well.
  'developers.demoKey': 'fresh admin',
  'developers.createKey': 'fresh admin',
  'developers.rotateKey': 'fresh admin',
  'developers.revokeKey': 'admin',
  'requests.list': 'viewer',
  'requests.get': 'viewer',
  'requests.use': 'viewer',
  'webhooks.list': 'viewer',
  'webhooks.get': 'viewer',
  'webhooks.deliveries': 'viewer',
  'webhooks.delivery': 'viewer',
  // Where events go, and by which secret they are known, is changed as keys are made.
  'webhooks.create': 'fresh admin',
  'webhooks.update': 'fresh admin',
  'webhooks.rotateSecret': 'fresh admin',
  'webhooks.pause': 'admin',
  'webhooks.resume': 'admin',
  'webhooks.remove': 'admin',
  'webhooks.sendTest': 'admin',
  'webhooks.replay': 'admin',
  'webhooks.resend': 'admin',
}

/**
 * Who may send each request to the API. `key`: a program with an API key that has the route's scope. `own page`: a form of ours, for a
 * shopper. `policies above`: each procedure says it itself.
 */
const ROUTES: Record<string, 'public' | 'key' | 'own page' | 'operator' | 'policies above'> = {
  'GET /api/health': 'public',
  'GET /api/ready': 'public',
  'GET /api/metrics': 'public',
  // A picture that shoppers see. Its address cannot be guessed.
  'GET /api/logos/:file': 'public',
  'ALL /api/trpc/*': 'policies above',
  'POST /api/auth/sign-in/email': 'public',
  'POST /api/auth/sign-out': 'public',
  // Who has given the password in this browser, shown by a cookie that opens nothing else.
  'POST /api/auth/sign-in/code': 'own page',
  // A passkey that is known here signs in without a password; its challenge comes from the second address, and is good for one use.
  'POST /api/auth/sign-in/passkey': 'own page',
  'POST /api/auth/passkey-options': 'own page',
  'POST /api/shop/orders': 'own page',
  'POST /api/shop/orders/:orderId/pay': 'own page',
  'POST /api/shop/links/:id': 'own page',
  'POST /api/shop/language': 'own page',
  // Files, for operators from support on, of their own merchant (exports.db.test.ts).
  'GET /api/audit/export': 'operator',
  'GET /api/reconciliation/export': 'operator',
  'GET /api/exports/payments': 'operator',
  'GET /api/exports/orders': 'operator',
  'GET /api/exports/journal': 'operator',
  'GET /api/exports/trial-balance': 'operator',
  'GET /api/exports/statement': 'operator',
  'GET /api/exports/month-end': 'operator',
  // Hints of what may have changed, for operators of each role (live/live.db.test.ts).
  'GET /api/live': 'operator',
  // Browsers send it without cookies; it is counted, bounded, and shown to operators.
  'POST /api/csp-report': 'public',
  // Signed by Stripe, with the secret of the account in the address.
  'POST /api/webhooks/stripe/:account': 'public',
  'ALL /api/webhooks/stripe/:account': 'public',
}

/** Pages and route handlers of Next. `operator`: the layout redirects to the sign-in, and each procedure asks again. */
const PAGES: Record<string, 'public' | 'operator' | 'policies above'> = {
  'app/api/[[...path]]/route.ts': 'policies above',
  // The script of the checkout on Stripe, as it was built.
  'app/checkout-stripe.js/route.ts': 'public',
  // The fault lab: anybody may look, its procedures decide who runs it.
  'app/lab/page.tsx': 'public',
  // The overview of the docs for programs.
  'app/llms.txt/route.ts': 'public',
}

let product: TestProduct
let theirs: TestOperator
const ours = {} as Record<Role, TestOperator>

beforeAll(async () => {
  product = await openTestProduct()
  for (const role of ['viewer', 'support', 'admin'] as const) ours[role] = await newOperator(product, role)
  theirs = await newOperator(product, 'admin', (await product.otherMerchant()).merchantId)
})
afterAll(() => product.close())

type Definition = { type: string; meta?: { policy?: string; stepUp?: boolean } }
const procedures = () =>
  Object.entries(appRouter._def.procedures as unknown as Record<string, { _def: Definition }>).map(
    ([name, { _def }]) => ({ name, ..._def }),
  )

test('each procedure has the policy of the table', () => {
  const found = procedures().map(({ name, meta }) => [
    name,
    meta?.stepUp ? `fresh ${meta.policy}` : meta?.policy,
  ])
  expect(Object.fromEntries(found)).toEqual(PROCEDURES)
})

test('a procedure without a policy, or with one that nobody knows, is refused', async () => {
  const cookie = await ours.admin.cookie()
  for (const meta of [undefined, { policy: 'everybody' }]) {
    const answer = procedureWithoutPolicy(meta as never)(product.deps, new Headers({ cookie }))
    await expect(answer).rejects.toMatchObject({ code: 'FORBIDDEN' })
  }
})

test.each(Object.entries(PROCEDURES))('%s is for %s', async (name, policy) => {
  const { type } = procedures().find((one) => one.name === name) as Definition
  // The policy comes before the input: an empty one is enough to see whether the door is open.
  const kindFor = async (cookie: string) =>
    (await callProcedure(product, { path: name, type, cookie })).kind ?? 'done'
  const closed = /^(unauthorized|forbidden|step-up-required)$/
  if (policy === 'public') {
    expect(await kindFor('')).not.toMatch(closed)
    return
  }
  expect(await kindFor('')).toBe('unauthorized')
  const needed = policy.replace('fresh ', '') as Role
  for (const operator of Object.values(ours)) {
    const kind = await kindFor(await operator.cookie())
    if (mayActAs(operator.role, needed)) expect(kind).not.toMatch(closed)
    else expect(kind).toBe('forbidden')
  }
  const stale = await ours.admin.cookie()
  await product.owner.query('UPDATE operator_session SET verified_at = now() - interval $$5 minutes$$')
  if (policy.startsWith('fresh')) expect(await kindFor(stale)).toBe('step-up-required')
  else expect(await kindFor(stale)).not.toMatch(closed)
})

test('no answer to an operator of another merchant names anything of ours', async () => {
  const orderId = await product.newOrder()
  await product.pay({ orderId, version: 1, key: 'policy-1', paymentMethod: 'pm_card_visa' })
  const cookie = await theirs.cookie()
  const ids = (await product.owner.query('SELECT id::text FROM payment')).rows.map(({ id }) => id as string)
  const secrets = [
    ...ids.map((id) => id.replaceAll('-', '')),
    ...ids,
    orderId,
    ours.viewer.id,
    ours.admin.email,
    product.merchantId,
  ]
  for (const { name, type } of procedures().filter((one) => one.type === 'query')) {
    const { data } = await callProcedure(product, { path: name, type, cookie })
    const text = JSON.stringify(data ?? null)
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
  }
})

const foreign: [string, (id: Ids) => object][] = [
  ['payments.get', ({ payment }) => ({ id: payment })],
  ['orders.change', ({ order }) => ({ id: order, version: 1, expiresAt: null, key: 'foreign' })],
  ['orders.cancel', ({ order }) => ({ id: order, version: 1, key: 'foreign' })],
  ['authorisations.capture', ({ payment }) => ({ payment, key: 'foreign' })],
  ['authorisations.void', ({ payment }) => ({ payment, key: 'foreign' })],
  ['limits.get', ({ account }) => ({ account })],
  ['limits.set', ({ account }) => ({ account, shown: null, limit: 0 })],
  ['refunds.create', ({ payment }) => ({ payment, amount: 1, key: 'foreign' })],
  ['refunds.request', ({ payment }) => ({ payment, amount: 1, reason: 'x', newId: crypto.randomUUID() })],
  ['refunds.approve', ({ refundRequest }) => ({ id: refundRequest })],
  ['refunds.reject', ({ refundRequest }) => ({ id: refundRequest })],
  ['refunds.withdraw', ({ refundRequest }) => ({ id: refundRequest })],
  [
    'resolutions.propose',
    ({ payment }) => ({
      kind: 'payment',
      subject: payment,
      ending: 'not-charged',
      bankRef: null,
      payment: null,
      evidence: 'x',
      shown: 'x',
      newId: crypto.randomUUID(),
    }),
  ],
  ['resolutions.confirm', () => ({ id: crypto.randomUUID() })],
  ['resolutions.reject', () => ({ id: crypto.randomUUID() })],
  ['resolutions.withdraw', () => ({ id: crypto.randomUUID() })],
  ['receipts.resend', ({ payment }) => ({ payment, to: 'x@example.com', newId: crypto.randomUUID() })],
  ['notes.add', ({ payment }) => ({ payment, text: 'x', newId: crypto.randomUUID() })],
  ['idempotency.get', ({ record }) => ({ id: record })],
  ['requests.get', ({ request }) => ({ id: request })],
  ['developers.revokeKey', ({ key }) => ({ id: key })],
  ['operators.setRole', ({ operator }) => ({ id: operator, role: 'viewer' })],
  ['operators.remove', ({ operator }) => ({ id: operator })],
  ['operators.resetFactors', ({ operator }) => ({ id: operator })],
  ['operators.renewInvitation', ({ invitation }) => ({ id: invitation })],
  ['operators.revokeInvitation', ({ invitation }) => ({ id: invitation })],
  ['operators.sessions', ({ operator }) => ({ id: operator })],
  ['operators.endSessions', ({ operator }) => ({ id: operator })],
  ['account.endSession', ({ session }) => ({ id: session })],
  ['links.pause', ({ link }) => actOn(link)],
  ['links.resume', ({ link }) => actOn(link)],
  ['webhooks.get', ({ endpoint }) => ({ id: endpoint })],
  ['webhooks.deliveries', ({ endpoint }) => ({ id: endpoint })],
  ['webhooks.delivery', ({ delivery }) => ({ id: delivery })],
  ['webhooks.update', ({ endpoint }) => ({ ...actOn(endpoint), changes: { description: 'mine' } })],
  ['webhooks.rotateSecret', ({ endpoint }) => actOn(endpoint)],
  ['webhooks.pause', ({ endpoint }) => actOn(endpoint)],
  ['webhooks.resume', ({ endpoint }) => actOn(endpoint)],
  ['webhooks.remove', ({ endpoint }) => actOn(endpoint)],
  ['webhooks.sendTest', ({ endpoint }) => actOn(endpoint)],
  ['webhooks.replay', ({ endpoint }) => ({ ...actOn(endpoint), since: new Date().toISOString() })],
  ['webhooks.resend', ({ delivery }) => actOn(delivery)],
]
const actOn = (id: string) => ({ id, newId: crypto.randomUUID() })
interface Ids {
  account: string
  link: string
  payment: string
  order: string
  refundRequest: string
  record: string
  key: string
  operator: string
  invitation: string
  session: string
  endpoint: string
  delivery: string
  request: string
}

test('whatever has an id answers another merchant as if it were not there', async () => {
  const admin = await ours.admin.cookie()
  const invite = { email: 'new@example.com', role: 'admin' }
  const invited = await callProcedure(product, {
    path: 'operators.invite',
    type: 'mutation',
    input: invite,
    cookie: admin,
  })
  const one = async (query: string) => (await product.owner.query(query)).rows[0].id as string
  const shown = (prefix: string, id: string) => `${prefix}_${id.replaceAll('-', '')}`
  const payment = shown('pay', await one('SELECT id::text FROM payment LIMIT 1'))
  const refundRequest = crypto.randomUUID()
  const request = { payment, amount: 1, reason: 'sent back', newId: refundRequest }
  await callProcedure(product, { path: 'refunds.request', type: 'mutation', input: request, cookie: admin })
  const hook = { newId: crypto.randomUUID(), url: 'https://shop.example.org/', description: '' }
  const made = { path: 'webhooks.create', type: 'mutation', input: hook, cookie: admin }
  const endpoint = (await callProcedure(product, made)).data.endpoint.id as string
  const test = { path: 'webhooks.sendTest', type: 'mutation', input: actOn(endpoint), cookie: admin }
  const delivery = (await callProcedure(product, test)).data.id as string
  const asked = { name: 'Workshop', currency: 'EUR', amount: 2_400 }
  const link = { link: asked, newId: crypto.randomUUID() }
  const linked = { path: 'links.create', type: 'mutation', input: link, cookie: admin }
  const ids: Ids = {
    account: shown('acc', await one(`SELECT id::text FROM account WHERE code = 'gateway_clearing'`)),
    link: (await callProcedure(product, linked)).data.id,
    payment,
    order: await product.newOrder(),
    refundRequest: await one(`SELECT id::text FROM refund_request WHERE status = 'open'`),
    record: await one('SELECT id FROM idempotency_record LIMIT 1'),
    key: shown('key', await one('SELECT id::text FROM api_key ORDER BY created_at LIMIT 1')),
    operator: ours.viewer.id,
    invitation: invited.data.id,
    session: await one(`SELECT id FROM operator_session WHERE user_id = '${ours.admin.id}' LIMIT 1`),
    endpoint,
    delivery,
    request: (await product.api('GET', '/api/v1/payments')).header('request-id') ?? '',
  }
  await product.deps.requestLog?.flush()
  const state = async () =>
    (
      await product.owner.query(
        'SELECT (SELECT count(*) FROM order_change), (SELECT count(*) FROM operator), (SELECT count(*) FROM operator_invitation WHERE revoked_at IS NULL), (SELECT string_agg(role, $$ $$ ORDER BY id) FROM operator), (SELECT count(*) FROM api_key WHERE revoked_at IS NULL), (SELECT count(*) FROM refund), (SELECT count(*) FROM refund_request WHERE status = $$open$$), (SELECT string_agg(w::text, $$ $$) FROM webhook_endpoint w), (SELECT string_agg(d::text, $$ $$) FROM webhook_delivery d), (SELECT count(*) FROM webhook_secret), (SELECT string_agg(l::text, $$ $$) FROM payment_link l), (SELECT count(*) FROM account WHERE min_balance IS NOT NULL)',
      )
    ).rows
  const before = await state()
  const cookie = await theirs.cookie()
  for (const [name, input] of foreign) {
    const { type } = procedures().find((known) => known.name === name) as Definition
    const reply = await callProcedure(product, { path: name, type, input: input(ids), cookie })
    expect([name, reply.kind]).toEqual([name, 'not-found'])
  }
  // A record that is not parked, or not theirs, is asked for in vain.
  const again = { path: 'idempotency.askAgain', type: 'mutation', input: { id: ids.record }, cookie }
  expect((await callProcedure(product, again)).data).toEqual({ asked: false })
  expect(await state()).toEqual(before)
})

test('no mutation is executed by GET', async () => {
  const cookie = await ours.admin.cookie()
  const mutations = procedures().filter(({ type }) => type === 'mutation')
  expect(mutations.length).toBeGreaterThan(10)
  for (const { name } of mutations) {
    const answer = await product.call(`/api/trpc/${name}?input=%7B%7D`, { headers: { cookie } })
    const { error } = await answer.json()
    expect([name, answer.status, error.data.idempotency.kind]).toEqual([name, 405, 'method-not-allowed'])
  }
})

test('each route of the API has a policy', () => {
  const routes = product.routes.filter(({ path: at }) => !/\/\*$/.test(at) || /trpc/.test(at))
  const found = [...new Set(routes.map(({ method, path: at }) => `${method} ${at}`))]
  const undecided = found.filter((route) => !(route in ROUTES) && policyByPlace(route) === null)
  expect(undecided).toEqual([])
  expect(Object.keys(ROUTES).filter((route) => !found.includes(route))).toEqual([])
})

/** A route under /api/v1 asks for a key by `needs(scope)`; the pages of the simulated bank belong to the shopper. */
function policyByPlace(route: string): string | null {
  if (/ \/api\/v1\//.test(route)) return 'key'
  if (/ \/api\/bank\//.test(route) || / \/api\/openapi\.json$/.test(route)) return 'public'
  return null
}

test('every route under /api/v1 refuses a request without a key', async () => {
  const routes = product.routes.filter(
    ({ path: at, method }) => at.startsWith('/api/v1/') && !at.endsWith('*') && method !== 'ALL',
  )
  expect(routes.length).toBeGreaterThan(5)
  for (const { method, path: at } of routes) {
    const address = at.replace(/:\w+(\{.*?\})?/g, 'x')
    const answer = await product.call(address, {
      method,
      ...(method === 'POST'
        ? { headers: { 'content-type': 'application/json', 'idempotency-key': 'k' }, body: '{}' }
        : {}),
    })
    expect([`${method} ${at}`, answer.status]).toEqual([`${method} ${at}`, 401])
  }
})

test('each page and route handler of Next has a policy', () => {
  const src = path.join(import.meta.dirname, '..')
  const files = ['app', 'pages'].flatMap((room) =>
    (fs.readdirSync(path.join(src, room), { recursive: true }) as string[])
      .filter((file) => (room === 'app' ? /(^|\/)(page|route)\.tsx?$/ : /^[^_].*\.tsx$/).test(file))
      .map((file) => `${room}/${file}`),
  )
  const undecided = files.filter(
    (file) => !(file in PAGES) && !file.startsWith('app/dashboard/') && !PUBLIC_PAGES.test(file),
  )
  expect(undecided).toEqual([])
})

const PUBLIC_PAGES =
  /^(app\/(\(shop\)|checkout\.js|docs|gallery|learn|problems|sign-in|invitation)\/|pages\/checkout\/)/

test.each([
  'GET /api/auth/get-session',
  'POST /api/auth/change-password',
  'POST /api/auth/update-user',
  'POST /api/auth/revoke-sessions',
  'POST /api/auth/sign-up/email',
  'GET /api/auth/verify-email',
  'POST /api/auth/forget-password',
  'GET /api/auth/list-sessions',
  'GET /api/auth/sign-in/email',
  'GET /api/auth/error',
])('better-auth’s %s, which no page of ours uses, is not there', async (request) => {
  const [method = '', address = ''] = request.split(' ')
  const headers = {
    'content-type': 'application/json',
    origin: 'http://localhost:3000',
    cookie: await ours.admin.cookie(),
  }
  const answer = await product.call(address, {
    method,
    headers,
    ...(method === 'POST' ? { body: '{}' } : {}),
  })
  expect(answer.status).toBe(404)
})
