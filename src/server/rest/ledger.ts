import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { account, accounts, journal } from '@/ledger/read'
import type { Deps } from '../deps'
import { pageOf } from '../wire/api-shapes'
import { readLineCursor, writeCursor } from '../wire/cursor'
import { instant, notFound, uuidOf } from '../wire/json'
import { accountOut, showAccount, showTransaction, transactionOut } from '../wire/ledger-shapes'
import type { RestEnv } from './respond'
import { idParam, json, needs, pageQuery, problems } from './routes'
import { sendPage } from './send-page'

const PATH = '/api/v1/ledger'
const asOf = z.object({
  asOf: instant.optional().meta({
    description: 'Shows the balance as of this instant (RFC 3339). Without it: the present balance.',
  }),
})
const accountShape = accountOut.meta({
  id: 'Account',
  description:
    'Amounts in the smallest unit of the currency. `balance` is debits − credits, so a credit balance is negative. `pending` is what is reserved on cards and not captured yet, with the same sign; it is no part of `balance`.',
})
const transactionShape = transactionOut.meta({
  id: 'LedgerTransaction',
  description: 'A balanced set of entries: they sum to zero. A debit is positive, a credit negative.',
})

const listAccounts = createRoute({
  method: 'get',
  path: `${PATH}/accounts`,
  operationId: 'listAccounts',
  tags: ['Ledger'],
  summary: 'List the accounts with their balances',
  ...needs('ledger:read'),
  request: { query: asOf },
  responses: { 200: json(z.object({ items: z.array(accountShape) }), 'All accounts.'), ...problems() },
})

const getAccount = createRoute({
  method: 'get',
  path: `${PATH}/accounts/{id}`,
  operationId: 'getAccount',
  tags: ['Ledger'],
  summary: 'Read an account',
  ...needs('ledger:read'),
  request: { params: idParam('acc', 'account'), query: asOf },
  responses: { 200: json(accountShape, 'The account.'), ...problems('not-found') },
})

const listTransactions = createRoute({
  method: 'get',
  path: `${PATH}/transactions`,
  operationId: 'listTransactions',
  tags: ['Ledger'],
  summary: 'List the ledger’s transactions, newest first',
  ...needs('ledger:read'),
  request: { query: pageQuery },
  responses: { 200: json(pageOf(transactionShape), 'A page of transactions.'), ...problems() },
})

export function ledgerRoutes(app: OpenAPIHono<RestEnv>, deps: Deps): void {
  app.openapi(listAccounts, async (c) => {
    const found = await accounts(deps.db, c.var.caller.merchantId, c.req.valid('query').asOf ?? null)
    return c.json({ items: found.map(showAccount) }, 200)
  })

  app.openapi(getAccount, async (c) => {
    const id = uuidOf('acc', c.req.valid('param').id)
    const found = await account(deps.db, c.var.caller.merchantId, id, c.req.valid('query').asOf ?? null)
    return found ? c.json(showAccount(found), 200) : notFound()
  })

  app.openapi(listTransactions, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const after = readLineCursor(cursor)?.transactionId ?? null
    const rows = await journal(deps.db, c.var.caller.merchantId, { after, limit: limit + 1 })
    return sendPage(c, rows, limit, showTransaction, (row) => writeCursor(row.id, 0))
  })
}
