import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

/** The rooms that each room may import: the drawing of docs/architecture.md as data. A longer entry names a part of the room. */
const MAY_IMPORT: Record<string, string[]> = {
  lib: [],
  i18n: ['lib'],
  ui: ['lib'],
  // The engine is a library that imports nothing of ours.
  platform: ['lib', 'idempotency/stores', 'idempotency/package'],
  idempotency: [],
  sdk: [],
  ledger: ['lib', 'platform', 'idempotency/package/sql'],
  access: ['lib', 'platform'],
  // A signing secret is encrypted as that of an authenticator app.
  webhooks: ['lib', 'platform', 'access/factor-secret'],
  mail: ['lib', 'platform'],
  alerts: ['lib', 'platform', 'mail'],
  settings: ['lib', 'platform'],
  payments: ['ledger', 'idempotency', 'lib', 'platform'],
  // A receipt leaves as a mail.
  checkout: ['payments', 'ledger', 'idempotency', 'mail', 'lib', 'platform'],
  server: [
    'settings',
    'alerts',
    'mail',
    'webhooks',
    'checkout',
    'payments',
    'ledger',
    'access',
    'idempotency',
    'i18n',
    'lib',
    'platform',
  ],
  app: [
    'shop',
    'server/caller',
    // The API reference shows the document that the routes make.
    'server/api-document',
    'checkout/schema',
    'checkout/catalogue',
    'idempotency/package/client',
    'idempotency/package/react',
    'idempotency/package/trpc-client',
    'idempotency/package/problems',
    'i18n',
    'ui',
    'lib',
  ],
  shop: [
    'server/caller',
    'checkout/schema',
    'checkout/catalogue',
    // Pure: what a receipt says, on its page and in its mail.
    'checkout/receipts/sentences',
    'checkout/receipt-path',
    'idempotency/package/client',
    'idempotency/package/react',
    'idempotency/package/trpc-client',
    'idempotency/package/problems',
    'i18n',
    'ui',
    'lib',
  ],
  // The route that mounts the API for `next dev` and serverless hosts.
  'app/api': ['server/api', 'server/deps'],
  // A lesson in the browser, with the engine itself.
  'app/learn': ['idempotency/package/index', 'idempotency/package/memory'],
  // The checkout alone lives in Next's other router: its script may weigh next to nothing.
  pages: ['shop', 'server/caller', 'i18n', 'ui', 'lib'],
  // A key of an earlier start is known by its hash; `merchant` and `operator` make one; `verify` asks for the invariants.
  setup: [
    'platform',
    'lib',
    'access/token',
    'access/answer-wrapping',
    'access/api-key',
    'access/invitation',
    'access/merchant',
    'access/operator',
    'access/second-factor',
    'payments/integrity',
    'checkout/receipts/check-codes',
    'checkout/erase-customer',
    'payments/stripe/account-change',
    'access/factor-secret',
  ],
  // The program of the built folder is web or worker, as it is told.
  'setup/release': ['server/main', 'server/worker'],
  // Files that lie directly in src.
  '.': ['platform'],
}

/** Files of the engine that the product imports and no package has, each with its reason. */
const OURS_ALONE: Record<string, string> = {
  'adapters/http': 'answers with the addresses of our own pages',
  'stores/attempt-log': 'a table of ours: the presses of each payment',
  'stores/write-behind': 'how such logs are written',
  'stores/explore': 'the pages of the dashboard over the records',
  'stores/read': 'the same',
  'stores/lane': 'group commit, which needs connections of its own',
  'stores/open-store': 'the same',
  'stores/pg-batches': 'the same',
  'stores/prisma-errors': 'the database of the product has more tables than the records',
  'stores/record-sql': 'the jobs that end what two admins have decided',
  'stores/encrypted-store': 'answers are encrypted under keys of the installation',
  'stores/reencrypt-sql': 'the same',
  'stores/rows': 'the tests compare the rows of each statement with their shapes',
}

/** Rooms whose types another room may name, because its screens show them; types are gone when it runs. */
const MAY_NAME_TYPES: Record<string, string[]> = {
  app: ['server', 'checkout'],
  shop: ['server', 'checkout'],
  pages: ['server'],
}

/** Walls within a room: places of it that do not know each other. REST and tRPC meet in `server/wire` only. */
const WALLS: Record<string, string[]> = {
  'server/rest': ['server/routers', 'server/trpc', 'server/root', 'server/context', 'server/caller'],
  'server/routers': ['server/rest'],
  'server/wire': ['server/rest', 'server/routers', 'server/admission', 'server/trpc'],
}

/** Packages that only some rooms may import. */
const PACKAGES: { name: RegExp; only: string[] }[] = [
  // Mails leave through one file.
  { name: /^nodemailer($|\/)/, only: ['mail/smtp'] },
  // The rest of the product knows a bank by its port.
  { name: /^stripe($|\/)/, only: ['payments/stripe'] },
  // In the browser alone, and only in the checkout of an installation on Stripe.
  { name: /^@stripe\//, only: ['shop/checkout/stripe'] },
  { name: /^react(-dom)?($|\/)/, only: ['app', 'pages', 'shop', 'ui', 'idempotency/client/react'] },
  {
    name: /^next($|\/)/,
    only: ['app', 'pages', 'shop', 'server/main', 'i18n/request'],
  },
  {
    name: /^@trpc\//,
    only: [
      'app',
      'pages',
      'shop',
      'server/trpc',
      'server/api',
      'idempotency/client',
      'idempotency/adapters/trpc-problems',
    ],
  },
  { name: /^(next-intl|use-intl|icu-minify|negotiator)($|\/)/, only: ['app', 'pages', 'shop', 'i18n'] },
]

/** Files that must never reach a browser: the composition root, the database and the environment with its secrets. */
const SERVER_ONLY = ['server/deps.ts', 'platform/db.ts', 'platform/env.ts']

/**
 * The room that writes each table, and the places beside it that may read it, with the reason. Everybody else calls a function of that
 * room. Rows of another room are read where one page shows both in one query: two queries could not be paged, or would show two instants.
 */
const TABLES: Record<string, { writer: string; readers?: Record<string, string> }> = {
  merchant: {
    writer: 'access',
    readers: {
      'checkout/order': 'an order is paid only by an installation of its merchant’s mode',
      'checkout/links/order-from-link': 'the page of a link names the merchant',
      'checkout/read': 'the page and the receipt name the merchant',
      'checkout/receipts': 'a receipt says whose it is, and whether it moved money',
      'platform/db': 'the database is ready when it answers and has been migrated',
      'platform/answers': 'each merchant has a key for its stored answers',
      'platform/outbox': 'the oldest events of each merchant are found by the primary key',
    },
  },
  merchant_settings: {
    writer: 'settings',
    readers: {
      'checkout/brand':
        'the page and the receipt are shown as the merchant has chosen, in the statement that reads them',
    },
  },
  merchant_logo: {
    writer: 'settings',
    readers: { 'checkout/brand': 'a page knows the size of the picture before it is loaded' },
  },
  api_key: {
    writer: 'access',
    readers: {
      'setup/known-shop': 'a start asks whether the demo key of the last one still works',
      'server/request-log':
        'a logged request is the merchant’s whose API key it showed, and is listed under the key’s name',
    },
  },
  // better-auth writes these by Prisma's adapter.
  operator: {
    writer: 'access',
    readers: {
      'payments/approved-refund': 'a request for a refund counts while the one who made it is still an admin',
      'alerts/notify': 'a mail goes to the address that the operator has now',
      'payments/resolutions': 'a proposal counts while the one who made it is still an admin',
    },
  },
  operator_session: { writer: 'access' },
  operator_credential: { writer: 'access' },
  operator_verification: { writer: 'access' },
  operator_invitation: { writer: 'access' },
  operator_totp: { writer: 'access' },
  operator_passkey: { writer: 'access' },
  operator_recovery_code: { writer: 'access' },
  payment_link: { writer: 'checkout' },
  payment_link_use: { writer: 'checkout' },
  receipt_rule: { writer: 'checkout' },
  receipt_mail: { writer: 'checkout' },
  receipt_cursor: { writer: 'checkout' },
  orders: {
    writer: 'checkout',
    readers: {
      'payments/read': 'operators search payments by the order’s reference and e-mail, page by page',
      'payments/find': 'an order’s id that was pasted leads to its payments',
      'server/jobs/page-check': 'any order will do to open a checkout and compare it with the build',
    },
  },
  order_change: { writer: 'checkout' },
  order_expiry: { writer: 'checkout' },
  order_item: {
    writer: 'checkout',
    readers: { 'payments/read': 'a payment’s page says what was bought, in its first statement' },
  },
  payment: {
    writer: 'payments',
    readers: {
      'checkout/links': 'what a link brought in is what its payments were charged, which may be a part',
      'checkout/orders': 'an order is shown by the payment that holds it, at one instant',
      'checkout/pay': 'which payment holds the order decides why the order was refused',
      'checkout/read': 'the page shows the order with its payment, at one instant',
      'checkout/receipt-code': 'a code of a receipt is compared with those of payments',
      'checkout/receipts': 'a receipt is sent of one payment, to the address of its order',
      'checkout/recheck': 'the payment of a challenge, with the record that began it',
      'checkout/order-rest': 'the order guard counts the order’s declines in its own statement',
      'checkout/reported-presses': 'presses count only for a payment of this order',
    },
  },
  payment_hour: { writer: 'payments' },
  hour_changed: { writer: 'payments' },
  hours_counted: { writer: 'payments' },
  attempt_half_hour: { writer: 'payments' },
  charge_half_hour: { writer: 'payments' },
  attempts_counted: { writer: 'payments' },
  payment_text: { writer: 'platform/search-index' },
  record_key: { writer: 'platform/search-index' },
  expired_day: { writer: 'idempotency/stores' },
  search_changed: { writer: 'platform/search-index' },
  search_indexed: { writer: 'platform/search-index' },
  payment_charge: { writer: 'payments' },
  refund: { writer: 'payments' },
  refund_request: { writer: 'payments' },
  operator_refund: { writer: 'payments' },
  resolution: {
    writer: 'payments/resolutions',
    readers: {
      'payments/reconciler': 'a charge that contradicts a decision of two admins is not given back by itself',
      'payments/movements': 'a payment that was declared is posted without its fee',
      'payments/read': 'a page says by whose word a payment ended',
    },
  },
  payment_note: { writer: 'payments' },
  pending_posting: { writer: 'ledger' },
  authorisation: { writer: 'payments' },
  authorisation_end: { writer: 'payments' },
  surplus_charge: {
    writer: 'payments/reconciler',
    readers: {
      'payments/find': 'the bank’s reference of a charge beyond its payment leads to the payment',
      'payments/movements': 'a movement is compared with its posting, a page in one statement',
      'payments/resolutions': 'what is parked is shown and ended as of one instant',
    },
  },
  stray_return: {
    writer: 'payments/reconciler',
    readers: {
      'payments/movements': 'a charge that was given back with no payment is posted as its movements show it',
      'payments/resolutions': 'what is parked is shown and ended as of one instant',
    },
  },
  open_charge: {
    writer: 'payments/reconciler',
    readers: {
      'payments/resolutions': 'the charges that the bank’s list shows of what is parked, as of one instant',
      'payments/authorisation-store': 'a charge in the bank’s list shows that a capture was forgotten',
    },
  },
  bank_apart: { writer: 'payments' },
  reconciliation: { writer: 'payments/reconciler' },
  bank_movement: {
    writer: 'payments/movements',
    readers: {
      'payments/resolutions': 'a stray charge that was posted as a movement is not posted once more',
      'payments/authorisation-store':
        'an authorisation whose charge has moved money was captured at the bank itself',
    },
  },
  dispute: { writer: 'payments/movements' },
  dispute_loss: { writer: 'payments/movements' },
  stripe_intent: { writer: 'payments/stripe' },
  gateway_account: {
    writer: 'payments/stripe',
    readers: { 'payments/resolutions': 'a stray charge is the merchant’s whose account it is at' },
  },
  stripe_event: { writer: 'payments/stripe' },
  stripe_event_position: { writer: 'payments/stripe' },
  account: {
    writer: 'ledger',
    readers: { 'payments/movements': 'a movement is compared with its posting, a page in one statement' },
  },
  entry: {
    writer: 'ledger',
    readers: { 'payments/movements': 'a movement is compared with its posting, a page in one statement' },
  },
  account_sum: { writer: 'ledger' },
  ledger_summed: { writer: 'ledger' },
  ledger_transaction: {
    writer: 'ledger',
    readers: {
      'checkout/read': 'the receipt proves one charge by its postings',
      'checkout/receipt-code': 'the code on a receipt proves its posting',
      'checkout/receipts': 'a code that was sent is compared with the posting of its payment',
      'payments/integrity': 'a report counts what there was to check, at one instant',
      'payments/movements': 'a movement is compared with its posting, a page in one statement',
    },
  },
  idempotency_record: {
    writer: 'idempotency/stores',
    readers: {
      'checkout/read':
        'a payment whose lease is over is shown as being checked; the receipt says whether a page or a program paid',
      'checkout/recheck': 'the payment of a challenge is found through the few records in doubt',
      'payments/resolutions': 'what is parked, and by which operation, is shown and ended as of one instant',
      'payments/prevented': 'a repeated request counts by the payment that it was about',
      'platform/answers': 'the first key of a merchant that has records waits for a release to be rolled out',
    },
  },
  answer_key: { writer: 'platform/answers' },
  // By a function with its owner's rights.
  resolver_position: { writer: 'idempotency/stores' },
  attempt: {
    writer: 'idempotency/stores',
    readers: {
      'checkout/read': 'the receipt shows how often it was asked for',
      'checkout/reported-presses': 'the presses of one payment have a limit',
      'payments/integrity': 'a report counts what there was to check, at one instant',
      'payments/prevented': 'the chart shows attempts to pay beside charges',
    },
  },
  outbox_event: {
    writer: 'platform/outbox',
    readers: {
      'payments/read': 'a payment’s page shows its events',
      'checkout/receipts': 'a receipt is written for each payment of the next events that has succeeded',
      'webhooks/queue': 'deliveries are made from the next events, in the statement that moves past them',
      'webhooks/delivery': 'a replay makes the deliveries that are missing',
    },
  },
  audit_log: { writer: 'platform/audit' },
  // By a trigger and by `seal_ledger`, with their owner's rights: nobody else may.
  chain_head: { writer: 'platform/chains' },
  ledger_seal: { writer: 'ledger' },
  webhook_endpoint: {
    writer: 'webhooks',
    readers: { 'payments/read': 'the events of a payment are shown with what became of their webhooks' },
  },
  webhook_secret: { writer: 'webhooks' },
  webhook_delivery: {
    writer: 'webhooks',
    readers: { 'payments/read': 'the events of a payment are shown with what became of their webhooks' },
  },
  webhook_attempt: { writer: 'webhooks' },
  webhook_cursor: { writer: 'webhooks' },
  job_health: { writer: 'server/jobs' },
  database_clock: { writer: 'platform/database-clock' },
  installation_secret: { writer: 'platform/installation-secret' },
  alert: { writer: 'alerts' },
  alert_rule: { writer: 'alerts' },
  alert_told: { writer: 'alerts' },
  mail: { writer: 'mail' },
  // Written by functions of the database, which platform/integrity-checks calls.
  integrity_checkpoint: { writer: 'platform/integrity-verdict' },
  integrity_verdict: { writer: 'platform/integrity-verdict' },
  integrity_violation: { writer: 'platform/integrity-verdict' },
  integrity_checked: { writer: 'platform/integrity-verdict' },
  integrity_whole_only: { writer: 'platform/integrity-verdict' },
  csp_report: { writer: 'server/csp-reports' },
  api_request: { writer: 'server/request-log' },
  api_request_loss: { writer: 'server/request-log' },
  api_key_hour: { writer: 'server/request-log' },
  // rate-limiter-flexible writes it through the pool.
  rate_limit: { writer: 'server/admission' },
  // The simulated bank is another company's: what it counted is asked of its own room.
  'gateway_simulator.request': { writer: 'payments/simulator' },
  'gateway_simulator.charge': { writer: 'payments/simulator' },
  'gateway_simulator.refund': { writer: 'payments/simulator' },
  'gateway_simulator.movement': { writer: 'payments/simulator' },
  'gateway_simulator.lost_dispute': { writer: 'payments/simulator' },
}

/** PostgreSQL's own catalogue, Prisma's list of migrations: set-up and the list of invariants read them. */
const CATALOGUE = /^(pg_\w+|_prisma_migrations)$/

test('each room imports only the rooms below it', () => {
  expect(wrongArrows(readSources())).toEqual([])
})

test('what ships imports nothing beside src but the seed and the sample', () => {
  expect(outside(readSources())).toEqual([
    'setup/known-shop.ts → ../prisma/seed',
    'setup/sample.ts → ../prisma/fill',
    'setup/sample.ts → ../prisma/sample',
    'setup/seed.ts → ../prisma/fill',
    'setup/seed.ts → ../prisma/seed',
    'setup/start.ts → ../prisma/delete-sample',
    'setup/start.ts → ../prisma/seed',
  ])
})

test('only the rooms that need them import React, Next and tRPC', () => {
  expect(wrongPackages(readSources())).toEqual([])
})

test('no file imports itself on a way round, not even its types, but the messages of the languages', () => {
  const cycles = cyclesOf(readSources())
  expect(cycles.filter((files) => !files.every((file) => file.startsWith('i18n/messages')))).toEqual([])
  expect(cycles).toHaveLength(1)
})

test('what a package exports is imported by its entry, and what it does not export has a reason', () => {
  expect(pastTheEntries(readSources(), OURS_ALONE)).toEqual([])
  const sources = new Map([
    ['idempotency/package/index.ts', "export { Engine, type Clock } from '../core/engine'"],
    ['idempotency/core/engine.ts', ''],
    ['idempotency/stores/lane.ts', ''],
    ['server/core.ts', "import { type Clock, run } from '@/idempotency/core/engine'"],
    ['server/one.ts', "import { Engine } from '@payonce/idempotency'"],
    ['server/two.ts', "import { Lane } from '@/idempotency/stores/lane'"],
  ])
  expect(pastTheEntries(sources, { 'stores/lane': 'why' })).toEqual([
    'server/core.ts: Clock is an export of idempotency/package/index.ts',
    'server/core.ts: idempotency/core/engine is no entry, and has no reason here',
  ])
  expect(pastTheEntries(new Map([...sources].slice(0, 3)), { 'stores/lane': 'why' })).toEqual([
    'nobody imports idempotency/stores/lane',
  ])
})

test('the worker loads no tRPC', () => {
  const sources = readSources()
  expect(wayTo(sources, ['server/worker.ts'], ['server/trpc.ts'], new Set())).toBe(null)
  expect(wayTo(sources, ['server/api.ts'], ['server/trpc.ts'], new Set())).not.toBe(null)
})

test('no client component reaches the server', () => {
  expect(serverReached(readSources())).toEqual([])
})

test('each table is written by its room, and read by those who are listed', () => {
  expect(wrongSql(readSources())).toEqual([])
})

test('each table has its room, and no reader is listed in vain', () => {
  const bank = Object.keys(TABLES).filter((table) => table.startsWith('gateway_simulator.'))
  expect(Object.keys(TABLES).toSorted()).toEqual([...models().map(({ table }) => table), ...bank].toSorted())
  const uses = [...readSources()].flatMap(([file, text]) => tablesOf(text).map((use) => ({ file, ...use })))
  const idle = Object.entries(TABLES).flatMap(([table, { readers = {} }]) =>
    Object.keys(readers)
      .filter((place) => !uses.some((use) => use.table === table && lies(use.file, place)))
      .map((place) => `${place} does not read ${table}`),
  )
  expect(idle).toEqual([])
})

test('docs/architecture.md shows the same writers and readers', () => {
  const page = fs.readFileSync(path.join(import.meta.dirname, '../docs/architecture.md'), 'utf8')
  const rows = page.slice(page.indexOf('| Table | Written by')).split('\n\n')[0]?.split('\n').slice(2) ?? []
  const inTicks = (cell = '') => [...cell.matchAll(/`([\w./-]+)`/g)].map(([, name]) => name ?? '')
  const shown = rows.flatMap((row) => {
    const [, tables, writer, readers] = row.split('|')
    return inTicks(tables).map((table) => [table, inTicks(writer)[0], inTicks(readers).toSorted().join()])
  })
  const rooms = (readers: Record<string, string> = {}) =>
    [...new Set(Object.keys(readers).map(roomOf))].toSorted().join()
  const asData = Object.entries(TABLES).map(([table, { writer, readers }]) => [table, writer, rooms(readers)])
  expect(shown.toSorted()).toEqual(asData.toSorted())
})

test('the walls of SQL can be broken', () => {
  const query = (statement: string) => `const found = await db.$queryRaw(sql\`${statement}\`)`
  const sources = new Map([
    ['ledger/read.ts', query('SELECT * FROM payment')],
    ['ledger/post.ts', query('INSERT INTO entry SELECT * FROM account JOIN orders o ON true')],
    ['checkout/pay.ts', query(`SELECT 1 FROM \${claim}, orders o, payment p WHERE true`)],
    ['checkout/read.ts', query(`UPDATE payment SET status = \${to}`)],
    ['checkout/order.ts', 'claimedSql`WITH a AS (DELETE FROM order_item RETURNING 1) SELECT FROM a, refund`'],
    ['payments/read.ts', query('SELECT (SELECT count(*) FROM gateway_simulator.charge) FROM payment p')],
    ['payments/store.ts', query('SELECT a IS DISTINCT FROM b, now() FROM payment FOR NO KEY UPDATE OF p')],
    ['payments/simulator/bank.ts', "pool.query('SELECT * FROM gateway_simulator.refund WHERE id = $1')"],
    ['server/shop.ts', 'await deps.db.merchant.findFirst({ where })'],
    ['server/api.ts', "// SELECT FROM payment\npool.query('TRUNCATE outbox_event')"],
    ['access/merchant.ts', 'await db.merchant.create({ data })'],
    ['app/page.tsx', query('SELECT * FROM loyalty_card')],
  ])
  expect(wrongSql(sources)).toEqual([
    'ledger/read.ts reads payment',
    'ledger/post.ts reads orders',
    'checkout/read.ts writes payment',
    'checkout/order.ts reads refund',
    'payments/read.ts reads gateway_simulator.charge',
    'server/shop.ts reads merchant',
    'server/api.ts writes outbox_event',
    'app/page.tsx reads loyalty_card, which has no room',
  ])
})

test('the rules can be broken', () => {
  const sources = new Map([
    [
      'ledger/post.ts',
      "import { charge } from '@/payments/charge'\nimport { useState } from 'react'\nimport type { Money } from '@/lib/money'",
    ],
    ['payments/charge.ts', "import { post } from '@/ledger/post'\nimport { db } from '@/platform/db'"],
    ['platform/db.ts', ''],
    ['lib/money.ts', ''],
    ['ui/button.tsx', "'use client'\nimport type { Db } from '@/platform/db'\nexport { pay } from './pay'"],
    ['ui/pay.ts', "const charge = await import('../payments/charge')"],
    [
      'server/rest/orders.ts',
      "import { notFound } from '../wire/json'\nimport { list } from '../routers/list'",
    ],
    ['server/routers/list.ts', "import { TRPCError } from '@trpc/server'"],
    ['server/wire/json.ts', "import type { RestContext } from '../rest/orders'"],
  ])
  expect(wrongArrows(sources)).toEqual([
    'ledger/post.ts → payments/charge.ts',
    'ui/button.tsx → platform/db.ts',
    'ui/pay.ts → payments/charge.ts',
    'server/rest/orders.ts → server/routers/list.ts',
    'server/wire/json.ts → server/rest/orders.ts',
  ])
  expect(wrongPackages(sources)).toEqual(['ledger/post.ts → react', 'server/routers/list.ts → @trpc/server'])
  expect(serverReached(sources)).toEqual(['ui/button.tsx → ui/pay.ts → payments/charge.ts → platform/db.ts'])
})

type Sources = Map<string, string>

/** Imports from a packaged room by the file, of names that an entry exports or from files that have no reason; and reasons for nothing. */
function pastTheEntries(sources: Sources, reasons: Record<string, string>): string[] {
  const entryOf = new Map<string, string>()
  for (const [entry, text] of sources)
    if (/^(idempotency|sdk)\/package\//.test(entry))
      for (const { names, from } of namesImported(text, 'export'))
        for (const name of names) entryOf.set(`${resolve(sources, entry, from)} ${name}`, entry)
  const found = [...sources].flatMap(([file, text]) =>
    namesImported(text, 'import').flatMap(({ names, from }) => {
      const [, module] = /^@\/((?:idempotency|sdk)\/.+)$/.exec(from) ?? []
      const target = module && resolve(sources, file, from)
      return target ? [{ file, module, names, target }] : []
    }),
  )
  const used = new Set(found.map(({ module }) => module.replace('idempotency/', '')))
  return [
    ...found.flatMap(({ file, module, names, target }) => {
      const exported = names.filter((name) => entryOf.has(`${target} ${name}`))
      if (module.replace('idempotency/', '') in reasons && exported.length === 0) return []
      const lines = exported.map(
        (name) => `${file}: ${name} is an export of ${entryOf.get(`${target} ${name}`)}`,
      )
      return exported.length === names.length
        ? lines
        : [...lines, `${file}: ${module} is no entry, and has no reason here`]
    }),
    ...Object.keys(reasons)
      .filter((module) => !used.has(module))
      .map((module) => `nobody imports idempotency/${module}`),
  ]
}

/** The names in each `import { … } from` or `export { … } from`. */
function namesImported(text: string, word: 'import' | 'export'): { names: string[]; from: string }[] {
  const found = text.matchAll(new RegExp(`^${word} (?:type )?\\{([^}]*)\\} from '([^']+)'`, 'gm'))
  return [...found].map(([, names = '', from = '']) => ({
    names: names
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter((name) => name !== ''),
    from,
  }))
}

function wrongArrows(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) =>
    importsOf(text).flatMap(({ from, type }) => {
      const target = resolve(sources, file, from)
      return target && !mayImport(file, target, type) ? [`${file} → ${target}`] : []
    }),
  )
}

/** Groups of files that import one another on some way (Tarjan 1972, strongly connected components). */
function cyclesOf(sources: Sources): string[][] {
  const order = new Map<string, number>()
  const stack: string[] = []
  const cycles: string[][] = []
  const visit = (file: string): number => {
    const own = order.size
    order.set(file, own)
    stack.push(file)
    let lowest = own
    for (const { from } of importsOf(sources.get(file) ?? '')) {
      const target = resolve(sources, file, from)
      if (!target) continue
      const known = order.get(target)
      if (known === undefined) lowest = Math.min(lowest, visit(target))
      else if (stack.includes(target)) lowest = Math.min(lowest, known)
    }
    if (lowest === own) {
      const group = stack.splice(stack.indexOf(file))
      if (group.length > 1) cycles.push(group.toSorted())
    }
    return lowest
  }
  for (const file of sources.keys()) if (!order.has(file)) visit(file)
  return cycles
}

/** Imports that lead out of src. What nobody can read off the text, as a computed import, counts too. */
function outside(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) => [
    ...importsOf(text)
      .filter(({ from }) => from.startsWith('.'))
      .map(({ from }) => path.posix.join(path.posix.dirname(file), from))
      .filter((target) => target.startsWith('..'))
      .map((target) => `${file} → ${target}`),
    ...[...text.matchAll(/\bimport\((?!\s*(?:\/\*[^*]*\*\/\s*)*['"])/g)].map(
      () => `${file} → a computed import`,
    ),
  ])
}

interface TableUse {
  table: string
  writes: boolean
}

function wrongSql(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) => {
    const wrong = tablesOf(text).flatMap(({ table, writes }) => {
      const room = TABLES[table]
      const use = `${file} ${writes ? 'writes' : 'reads'} ${table}`
      if (!room) return [`${use}, which has no room`]
      const allowed = [room.writer, ...(writes ? [] : Object.keys(room.readers ?? {}))]
      return allowed.some((place) => lies(file, place)) ? [] : [use]
    })
    return [...new Set(wrong)]
  })
}

/**
 * The tables that a source names: in SQL after the words that take one (they are written in capitals, names in small letters), and in
 * calls of Prisma's models. What WITH names, and functions that give rows, are no tables.
 */
function tablesOf(text: string): TableUse[] {
  const texts = textsOf(text)
  const parts = [...text.matchAll(/\bclaimedPart\(\s*'(\w+)'/g)].map((found) => found[1])
  const named = new Set([
    ...texts.flatMap((sql) => [...sql.matchAll(WITH_NAME)].map((found) => found[1])),
    ...parts,
  ])
  const uses = texts.flatMap((sql) => [
    ...[...sql.matchAll(WRITTEN)].map((found) => ({ table: found[1] ?? '', writes: true })),
    ...[...sql.matchAll(READ)].flatMap((found) =>
      (found[1] ?? '').split(/,\s*/).map((item) => ({ table: item.split(/\s/)[0] ?? '', writes: false })),
    ),
  ])
  const tables = uses.filter(({ table }) => table !== HOLE && !named.has(table) && !CATALOGUE.test(table))
  return [...tables, ...modelCalls(text)]
}

const WITH_NAME = /\b([a-z]\w*)(?:\s*\([^()]*\))?\s+AS\s+(?:MATERIALIZED\s+)?\(/g
const WRITTEN = /\b(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\s+([a-z][\w.]*)/g
/** One table or several with commas between them; not what a function gives, and not the FROM of `extract` or of IS DISTINCT. */
const READ =
  /(?<!DELETE\s+|DISTINCT\s+)\b(?:FROM|JOIN|USING)\s+((?:[a-z○][\w.]*(?:\s+(?:AS\s+)?[a-z]\w*)?,\s*)*[a-z○][\w.]*)(?![\w.(])/g
/** Stands for a `${…}` in a template. */
const HOLE = '○'

/** The strings and templates of a source, comments left out. A template's holes become one sign; what stands in them is read by itself. */
function textsOf(code: string): string[] {
  const texts: string[] = []
  const scan = (from: number, until: RegExp): number => {
    let at = from
    while (at < code.length && !until.test(code[at] ?? '')) {
      const skipped = SKIPPED.exec(code.slice(at, at + 2_000))?.[0]
      const quoted = QUOTED.exec(code.slice(at, at + 2_000))?.[0]
      if (quoted) texts.push(quoted)
      if (code[at] === '`') at = template(at + 1)
      else if (code[at] === '{') at = scan(at + 1, /\}/) + 1
      else at += (skipped ?? quoted ?? ' ').length
    }
    return at
  }
  const template = (from: number): number => {
    let text = ''
    let at = from
    while (at < code.length && code[at] !== '`') {
      const hole = code.startsWith('${', at)
      text += hole ? HOLE : code[at]
      if (hole) at = scan(at + 2, /\}/) + 1
      else at += code[at] === '\\' ? 2 : 1
    }
    texts.push(text)
    return at + 1
  }
  scan(0, /(?!)/)
  return texts
}

/** A comment, or a regular expression, which may hold quotes of its own. */
const SKIPPED =
  /^(?:\/\/.*|\/\*[\s\S]*?\*\/|\/(?![/*\s>])(?:\[(?:\\.|[^\]\\\n])*\]|\\.|[^/\\[\n])+\/[dgimsuvy]*)/
const QUOTED = /^(?:'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")/

function modelCalls(code: string): TableUse[] {
  const calls = [
    ...code.matchAll(/\.([a-z]\w*)\.(find|count|aggregate|groupBy|create|update|upsert|delete)\w*\(/g),
  ]
  return calls.flatMap(([, accessor, verb]) => {
    const model = models().find(({ name }) => name === accessor)
    return model ? [{ table: model.table, writes: /create|update|upsert|delete/.test(verb ?? '') }] : []
  })
}

/** Prisma's models: `db.apiKey` is the table `api_key`. */
function models(): { name: string; table: string }[] {
  const folder = path.join(import.meta.dirname, '../prisma/schema')
  const schema = fs.readdirSync(folder).map((name) => fs.readFileSync(path.join(folder, name), 'utf8'))
  const found = schema.join('\n').matchAll(/^model (\w)(\w*) \{[\s\S]*?@@map\("(\w+)"\)/gm)
  return [...found].map(([, first = '', rest = '', table = '']) => ({
    name: first.toLowerCase() + rest,
    table,
  }))
}

function mayImport(file: string, target: string, type: boolean): boolean {
  if (roomOf(file) === roomOf(target)) return !behindWall(file, target)
  const tables = type ? [MAY_IMPORT, MAY_NAME_TYPES] : [MAY_IMPORT]
  const places = tables.flatMap((table) =>
    Object.keys(table).flatMap((place) =>
      lies(file, place) || roomOf(file) === place ? (table[place] ?? []) : [],
    ),
  )
  return places.some((place) => place === '*' || lies(target, place))
}

function behindWall(file: string, target: string): boolean {
  return Object.entries(WALLS).some(
    ([place, others]) => lies(file, place) && others.some((other) => lies(target, other)),
  )
}

function wrongPackages(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) =>
    importsOf(text).flatMap(({ from }) => {
      const wrong = PACKAGES.some(
        ({ name, only }) => name.test(from) && !only.some((place) => lies(file, place)),
      )
      return wrong ? [`${file} → ${from}`] : []
    }),
  )
}

/** The way from each client component to what must stay on the server, where there is one. */
function serverReached(sources: Sources): string[] {
  const clients = [...sources].filter(([, text]) => /^\s*['"]use client['"]/.test(text)).map(([file]) => file)
  return clients.flatMap((file) => wayTo(sources, [file], SERVER_ONLY, new Set()) ?? [])
}

function wayTo(sources: Sources, way: string[], goals: string[], seen: Set<string>): string | null {
  const file = way.at(-1) ?? ''
  if (goals.includes(file)) return way.join(' → ')
  if (seen.has(file)) return null
  seen.add(file)
  for (const { from, type } of importsOf(sources.get(file) ?? '')) {
    const target = type ? null : resolve(sources, file, from)
    const found = target && wayTo(sources, [...way, target], goals, seen)
    if (found) return found
  }
  return null
}

/** `import type` is erased; `import { type X }` leaves an import behind, so it counts. */
function importsOf(text: string): { from: string; type: boolean }[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const statements = [
    ...code.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'"`;=()]*?\sfrom\s+)?['"]([^'"]+)['"]/gm),
  ]
  const dynamic = [...code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)]
  return [
    ...statements.map((found) => ({ from: found[2] ?? '', type: found[1] !== undefined })),
    ...dynamic.map((found) => ({ from: found[1] ?? '', type: false })),
  ]
}

/** The file of ours that an import means, or null for a package. */
function resolve(sources: Sources, file: string, from: string): string | null {
  const [, room, entry = 'index'] = /^@payonce\/(\w+)(?:\/(.+))?$/.exec(from) ?? []
  if (room === undefined && !/^(@\/|\.)/.test(from)) return null
  const relative = from.startsWith('@/') ? from.slice(2) : path.posix.join(path.posix.dirname(file), from)
  const place = room === undefined ? relative : `${room}/package/${entry}`
  return (
    ['', '.ts', '.tsx', '/index.ts', '/index.tsx']
      .map((end) => place + end)
      .find((candidate) => sources.has(candidate)) ?? null
  )
}

const roomOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '.')

/** Is the file this place, or in it? `idempotency/client` holds `idempotency/client/link.ts`, `server/caller` is `server/caller.ts`. */
const lies = (file: string, place: string): boolean =>
  file.startsWith(`${place}/`) || file.replace(/\.tsx?$/, '') === place

/** Every file of the house. Tests and what only they use (`testing/`, `*.contract.ts`) may look anywhere. */
function readSources(): Sources {
  const names = fs.readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  const ours = names.filter(
    (name) =>
      /\.tsx?$/.test(name) &&
      !/\.(test|contract)\.tsx?$|(^|\/)testing\//.test(name) &&
      !name.startsWith('platform/generated'),
  )
  return new Map(ours.map((name) => [name, fs.readFileSync(path.join(import.meta.dirname, name), 'utf8')]))
}
