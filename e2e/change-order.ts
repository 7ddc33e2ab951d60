import { uuidv7 } from '@/lib/id'
import type { Demo } from '@/setup/demo-file'
import type { TestOrder } from './orders'

const THREE = { items: [{ name: 'Sea-salt caramels', quantity: 3, unitAmount: 1_200 }] }

/** The shop's program changes the order: three of the items, €36.00. */
export const makeItThree = (demo: Demo, order: TestOrder) => send(demo, order, '', THREE)

export const cancelOrder = (demo: Demo, order: TestOrder) => send(demo, order, '/cancel', {})

/** Its time has passed. */
export const expireOrder = (demo: Demo, order: TestOrder) =>
  send(demo, order, '', { expiresAt: '2001-01-01T00:00:00Z' })

async function send({ apiKey, baseUrl }: Demo, order: TestOrder, path: string, body: object): Promise<void> {
  const answer = await fetch(`${baseUrl}/api/v1/orders/${order.id}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': uuidv7(),
    },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`the order was not changed: ${answer.status} ${await answer.text()}`)
}
