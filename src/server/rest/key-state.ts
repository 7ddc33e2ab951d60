import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { recordId } from '@payonce/idempotency'
import { waitPreferred } from '@payonce/idempotency/http'
import { z } from 'zod'
import { findRecordStatus } from '@/idempotency/stores/read'
import { showId } from '@/lib/id'
import { setHeader } from '../answer-headers'
import type { Deps } from '../deps'
import { OPERATIONS } from '../operations'
import { maybeTime, notFound, time } from '../wire/json'
import { KeyStreams } from './key-streams'
import { waitFor } from './key-watch'
import { type RestEnv, scopeOf } from './respond'
import { EVERY_HEADER, PREFERENCE_APPLIED } from './response-headers'
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
    'Returns the outcome of a request without sending it again. A key that does not exist and a key of another merchant both get `not-found`. With `Prefer: wait=N` the answer comes as soon as the key is no longer in progress or unknown, and after N seconds at the latest. With `Accept: text/event-stream` the states come as Server-Sent Events, each an event `state` whose data is what the JSON answer is; the stream ends after the last one, and after a minute at the latest.',
  ...needs('payments:read'),
  request: {
    headers: z.object({
      Prefer: z.string().optional().meta({
        description: '`wait=N`: wait up to N seconds (at most 30) for the end.',
        example: 'wait=10',
      }),
    }),
    params: z.object({
      operation: z.enum(NAMES).meta({ example: 'payments.create' }),
      key: z
        .string()
        .min(1)
        .max(255)
        .meta({ description: 'The key as you sent it, without quotes, percent-encoded.', example: 'abc123' }),
    }),
  },
  responses: {
    200: {
      ...json(stateShape, 'The state of the key.'),
      headers: { ...EVERY_HEADER, ...PREFERENCE_APPLIED },
      content: {
        'application/json': { schema: stateShape },
        'text/event-stream': { schema: z.string() },
      },
    },
    ...problems('not-found'),
  },
})

export function idempotencyRoutes(app: OpenAPIHono<RestEnv>, deps: Deps): void {
  const streams = new KeyStreams(deps.log)
  app.openapi(get, async (c) => {
    const { operation, key } = c.req.valid('param')
    const { merchantId } = c.var.caller
    const watched = {
      read: () => readState(deps, merchantId, operation, key),
      // A server that is being stopped waits for nobody.
      isOver: ({ state }: KeyState) =>
        (state !== 'in_progress' && state !== 'unknown') || deps.engine.isClosed(),
    }
    const { signal } = c.req.raw
    if (wantsStream(c.req.header('accept'))) {
      // A key that is not there is told as for JSON.
      await watched.read()
      return streams.open(c, merchantId, watched) as never
    }
    const wait = waitPreferred(c.req.header('prefer'))
    if (wait === null) return c.json(await watched.read(), 200)
    setHeader(c, 'preference-applied', `wait=${wait}`)
    return c.json(await waitFor(watched, { forMs: wait * 1_000, signal }), 200)
  })
}

type KeyState = z.infer<typeof stateShape>

/** @throws ProblemError `not-found`, also for a key of another merchant */
async function readState(
  deps: Deps,
  merchantId: string,
  operation: (typeof NAMES)[number],
  key: string,
): Promise<KeyState> {
  const found = await findRecordStatus(deps.db, merchantId, recordId(scopeOf(merchantId), operation, key))
  if (!found) return notFound()
  const { subject, resourcePath } = PUBLIC_OPERATIONS.find(({ name }) => name === operation) ?? notFound()
  const id = found.subjectId && showId(subject, found.subjectId)
  return {
    operation,
    key,
    state: stateOf(found),
    status: found.status,
    problem: found.problem,
    resource: id ? { id, url: resourcePath && `${resourcePath}${id}` } : null,
    createdAt: time(found.createdAt),
    completedAt: maybeTime(found.completedAt),
    expiresAt: time(found.expiresAt),
  }
}

const wantsStream = (accept: string | undefined) => accept?.includes('text/event-stream') ?? false

/**
 * The record's state in the words of the API. Past its lease, a record is not being worked on by the process
 * that claimed it.
 */
function stateOf({ state, leaseOver }: { state: string; leaseOver: boolean }): KeyState['state'] {
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
