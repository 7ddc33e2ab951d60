import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { bodyShape, EVENTS, type EventType } from '@/webhooks/events'
import type { RestEnv } from './respond'

const registered = new WeakSet<OpenAPIHono<RestEnv>>()

/** The requests that we send (OpenAPI 3.1, `webhooks`), once for each app. */
function registerEvents(app: OpenAPIHono<RestEnv>): void {
  if (registered.has(app)) return
  registered.add(app)
  for (const type of Object.keys(EVENTS) as EventType[])
    app.openAPIRegistry.registerWebhook({
      method: 'post',
      path: type,
      tags: ['Webhooks'],
      summary: EVENTS[type].summary,
      request: {
        headers: WEBHOOK_HEADERS,
        body: { required: true, content: { 'application/json': { schema: bodyShape(type) } } },
      },
      responses: {
        200: { description: 'Any status from 200 to 299: it has arrived. All others are tried again.' },
      },
    })
}

const WEBHOOK_HEADERS = z.object({
  'webhook-id': z.string().meta({ description: 'The event’s id: the same in every attempt.' }),
  'webhook-timestamp': z.string().meta({ description: 'When this attempt was made, in Unix seconds.' }),
  'webhook-signature': z.string().meta({
    description:
      '`v1,` and HMAC-SHA256 of `id.timestamp.body` in base64 (Standard Webhooks 1.0); several in a rotation.',
  }),
})

/** The OpenAPI 3.1 document, built from the routes' own schemas. */
export function apiDocument(app: OpenAPIHono<RestEnv>, baseUrl: string) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key (`sk_test_…`), created on the dashboard under Developers. It is shown once.',
  })
  registerEvents(app)
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Payonce',
      version: '1.0.0',
      description: DESCRIPTION,
    },
    servers: [{ url: baseUrl }],
    tags: [
      { name: 'Payments', description: 'Charge a card, once.' },
      { name: 'Refunds', description: 'Give money back, once.' },
      {
        name: 'Orders',
        description: 'An amount to be paid for named items, and a page where a person pays it.',
      },
      {
        name: 'Payment links',
        description: 'An address to share: each shopper who opens it pays an order of their own.',
      },
      { name: 'Dry runs', description: 'What a request would do, without doing it.' },
      { name: 'Idempotency', description: 'The state of a key, read without sending its request again.' },
      { name: 'Ledger', description: 'The books, in double entry.' },
      {
        name: 'Webhooks',
        description: 'Events for your own servers: endpoints, deliveries and what is sent.',
      },
    ],
  })
}

const DESCRIPTION = `\
Every POST carries an \`Idempotency-Key\`; a dry run needs none. A request takes effect once, however often you send it under
one key. Once its outcome is final, every repeat gets the same answer, byte for byte, with
\`Idempotent-Replayed: true\`; a 202 is interim, and repeating the request brings the final answer. Make the
key once, store it before you send, and send the same request again whenever you do not know its outcome.

Amounts are integers in the smallest unit of their currency; times are RFC 3339 in UTC. Every error is a
problem (RFC 9457) whose \`type\` is the address of a page about it. \`retry\` names your next step;
\`safeNewKey\` is true where this request had no effect, so that a new key cannot repeat one.`
