import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { recordId } from '@payonce/idempotency'
import { z } from 'zod'
import { findRecordStatus } from '@/idempotency/stores/read'
import { showId } from '@/lib/id'
import type { Deps } from '../deps'
import { OPERATIONS } from '../operations'
import { maybeTime, notFound, time } from '../wire/json'
import type { RestEnv } from './respond'
import { scopeOf } from './respond'
import { json, needs, problems } from './routes'

/** The operations that programs send; the state of a shopper’s key is not shown to programs. */
const PUBLIC_OPERATIONS = Object.values(OPERATIONS).filter(({ sentBy }) => sentBy === 'program')
const NAMES = PUBLIC_OPERATIONS.map(({ name }) => name)

const stateShape = z
  .object({
    operation: z.string().meta({ example: 'payments.create' }),
    key: z.string().meta({ example: 'abc123' }),
    state: z.enum(['in_progress', 'unknown', 'completed', 'expired', 'released']).meta({
      description:
        '`in_progress`: the request is running. `unknown`: the bank did not answer; we are asking it for the outcome. `completed`: the same request gets the stored answer. `expired`: the stored answer was deleted; the effect remains, and a retry is refused. `released`: nothing was done; the same request may be sent again.',
      example: 'completed',
    }),
    status: z.int().nullable().meta({ description: 'The HTTP status of the stored answer.', example: 201 }),
    problem: z
      .string()
      .nullable()
      .meta({ description: 'The kind of the stored answer if it is a problem, else null.', example: null }),
    resource: z
      .object({ id: z.string(), url: z.string().nullable() })
      .nullable()
      .meta({
        description: 'The resource that the request created or works on.',
        example: {
          id: 'pay_018f3c2a9d4e7c31b2a45f60718293a4',
          url: '/api/v1/payments/pay_018f3c2a9d4e7c31b2a45f60718293a4',
        },
      }),
    createdAt: z.iso.datetime(),
    completedAt: z.iso.datetime().nullable(),
    expiresAt: z.iso
      .datetime()
      .meta({ description: 'When the stored answer is deleted. A later retry is refused, never executed.' }),
  })
  .meta({ id: 'KeyState' })

const get = createRoute({
  method: 'get',
  path: '/api/v1/idempotency/{operation}/{key}',
  operationId: 'getKeyState',
  tags: ['Idempotency'],
  summary: 'Read the state of a key',
  description:
    'Returns the outcome of a request without sending it again. A key that does not exist and a key of another merchant both get `not-found`.',
  ...needs('payments:read'),
  request: {
    params: z.object({
      operation: z.enum(NAMES).meta({ example: 'payments.create' }),
      key: z
        .string()
        .min(1)
        .max(255)
        .meta({ description: 'The key as you sent it, without quotes, percent-encoded.', example: 'abc123' }),
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
    const { subject, resourcePath } = PUBLIC_OPERATIONS.find(({ name }) => name === operation) ?? notFound()
    const id = found.subjectId && showId(subject, found.subjectId)
    return c.json(
      {
        operation,
        key,
        state: stateOf(found),
        status: found.status,
        problem: found.problem,
        resource: id ? { id, url: resourcePath && `${resourcePath}${id}` } : null,
        createdAt: time(found.createdAt),
        completedAt: maybeTime(found.completedAt),
        expiresAt: time(found.expiresAt),
      },
      200,
    )
  })
}

/**
 * The record's state in the words of the API. Past its lease, a record is not being worked on by the process
 * that claimed it.
 */
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
