import { fetchHandler } from '@payonce/idempotency/http'
import { createOrder, idempotent, newOrder } from '../../../shop.ts'

export const POST = fetchHandler({
  idempotent,
  operation: 'orders.create',
  scope: (request) => request.headers.get('user') ?? new Response('Sign in.', { status: 401 }),
  parse: (body) => newOrder.parse(body),
  work: createOrder,
})
