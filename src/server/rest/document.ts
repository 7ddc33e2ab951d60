import type { OpenAPIHono } from '@hono/zod-openapi'
import type { RestEnv } from './respond'

/** The OpenAPI 3.1 document, made of the routes' own schemas. */
export function apiDocument(app: OpenAPIHono<RestEnv>, baseUrl: string) {
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key (`sk_test_…`), made on the dashboard under Developers. It is shown once.',
  })
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
      { name: 'Orders', description: 'What is to be paid, and a page where a person pays it.' },
      { name: 'Idempotency', description: 'What became of a key.' },
      { name: 'Ledger', description: 'The books, double entry.' },
    ],
  })
}

const DESCRIPTION = `Every POST carries an \`Idempotency-Key\`. However often it is sent under one key, its effect takes place once, and every repeat gets the
first answer, byte for byte, with \`Idempotent-Replayed: true\`. Make the key once, keep it before you send, and send the same request again whenever
you do not know what became of it.

Amounts are integers in the smallest unit of their currency, times are RFC 3339 in UTC. Every error is a problem (RFC 9457) with a page behind its
\`type\`; \`retry\` says what to do next, and \`safeNewKey\` whether a new key could not charge a second time.`
