import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { recordId } from '@/idempotency/core/fingerprint'
import { findRecordStatus } from '@/idempotency/stores/read'
import { showId } from '@/lib/id'
import type { Deps } from '../deps'
import { OPERATIONS } from '../operations'
import { maybeTime, notFound, time } from '../wire/json'
import type { RestEnv } from './respond'
import { json, needs, problems } from './routes'
import { scopeOf } from './run-once'

/** What programs may ask for: the operations that they send. */
const ASKABLE = Object.values(OPERATIONS).filter(({ sentBy }) => sentBy === 'program')
const NAMES = ASKABLE.map(({ name }) => name)

const stateShape = z
  .object({
    operation: z.string().meta({ example: 'payments.create' }),
    key: z.string().meta({ example: 'abc123' }),
    state: z.enum(['in_progress', 'unknown', 'completed', 'expired', 'released']).meta({
      description:
        '`in_progress`: it is running. `unknown`: the bank was asked and we are finding out. `completed`: the same request gets the stored answer. `expired`: the answer is gone, the effect stays, and nothing will be executed again. `released`: nothing was done, and the same request may be sent again.',
      example: 'completed',
    }),
    status: z.int().nullable().meta({ description: 'The HTTP status of the stored answer.', example: 201 }),
    problem: z
      .string()
      .nullable()
      .meta({ description: 'The kind of the stored problem, where the answer is one.', example: null }),
    resource: z
      .object({ id: z.string(), url: z.string().nullable() })
      .nullable()
      .meta({
        description: 'What it made.',
        example: {
          id: 'pay_018f3c2a9d4e7c31b2a45f60718293a4',
          url: '/api/v1/payments/pay_018f3c2a9d4e7c31b2a45f60718293a4',
        },
      }),
    createdAt: z.iso.datetime(),
    completedAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime().meta({ description: 'Until when the answer is kept.' }),
  })
  .meta({ id: 'KeyState' })

const get = createRoute({
  method: 'get',
  path: '/api/v1/idempotency/{operation}/{key}',
  operationId: 'getKeyState',
  tags: ['Idempotency'],
  summary: 'What became of a key',
  description:
    'Tells what became of a request without sending it again. A key that is not there and one that is not yours look alike.',
  ...needs('payments:read'),
  request: {
    params: z.object({
      operation: z.enum(NAMES).meta({ example: 'payments.create' }),
      key: z
        .string()
        .min(1)
        .max(255)
        .meta({ description: 'The key as it was sent, without quotes, percent-encoded.', example: 'abc123' }),
    }),
  },
  responses: { 200: json(stateShape, 'The state of the key.'), ...problems('not-found') },
})

export function idempotencyRoutes(app: OpenAPIHono<RestEnv>, deps: Deps): void {
  app.openapi(get, async (c) => {
    const { operation, key } = c.req.valid('param')
    const scope = scopeOf(c.var.caller.merchantId)
    const found = await findRecordStatus(deps.db, scope.merchantId, recordId(scope, operation, key))
    if (!found) return notFound()
    const { subject, resourcePath } = ASKABLE.find(({ name }) => name === operation) ?? notFound()
    const id = found.subjectId && showId(subject, found.subjectId)
    return c.json(
      {
        ...{ operation, key, state: stateOf(found) },
        ...{ status: found.status, problem: found.problem },
        resource: id ? { id, url: resourcePath && `${resourcePath}${id}` } : null,
        createdAt: time(found.createdAt),
        completedAt: maybeTime(found.completedAt),
        expiresAt: time(found.expiresAt),
      },
      200,
    )
  })
}

function stateOf({
  state,
  leaseOver,
}: {
  state: string
  leaseOver: boolean
}): z.infer<typeof stateShape>['state'] {
  switch (state) {
    case 'completed':
      return 'completed'
    case 'tombstone':
      return 'expired'
    case 'claimed':
      return leaseOver ? 'released' : 'in_progress'
    case 'sending':
      return leaseOver ? 'unknown' : 'in_progress'
    default:
      return 'unknown'
  }
}
