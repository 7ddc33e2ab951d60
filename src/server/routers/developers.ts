import { z } from 'zod'
import {
  type ApiKeyRow,
  createApiKey,
  findApiKey,
  listApiKeys,
  OVERLAP_MAX_HOURS,
  revokeApiKey,
  rotateApiKey,
  SCOPES,
} from '@/access/api-key'
import type { Operator } from '@/access/operator'
import { showId, uuidv7 } from '@/lib/id'
import { operatorActor } from '../actor'
import type { Context } from '../context'
import { demoKey } from '../demo-key'
import { adminProcedure, freshAdminProcedure, router, viewerProcedure } from '../trpc'
import { maybeTime, notFound, time, uuidOf, words } from '../wire/json'

/** `overlap`: the key still works beside its successor. `rotated`: it no longer does. */
const KEY_STATES = ['active', 'overlap', 'rotated', 'expired', 'revoked'] as const

const scopes = z.array(z.enum(SCOPES)).min(1).max(SCOPES.length)

const keyOut = z.object({
  id: z.string(),
  name: z.string(),
  /** `sk_test_…x4Tz`. */
  hint: z.string(),
  mode: z.enum(['test', 'live']),
  scopes,
  state: z.enum(KEY_STATES),
  createdBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  /** To the minute. */
  lastUsedAt: z.string().nullable(),
  idle: z.boolean(),
  successorId: z.string().nullable(),
})

/**
 * `before`: this press got through earlier and its answer was lost. The key exists, but its token was never
 * shown.
 */
const madeOut = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('made'), id: z.string(), token: z.string() }),
  z.object({ outcome: z.literal('before'), id: z.string() }),
  z.object({ outcome: z.literal('ended') }),
])
type Made = z.infer<typeof madeOut>

/**
 * A UUID that the page makes when its dialog opens, so that a double press or a retry after a lost answer
 * makes one key.
 */
const newKeyId = z.uuid({ version: 'v4' })

/** The API keys of a merchant's programs. Each change is in the audit with its operator. */
export const developersRouter = router({
  keys: viewerProcedure
    .output(z.object({ keys: z.array(keyOut), baseUrl: z.string() }))
    .query(async ({ ctx }) => {
      const rows = await listApiKeys(ctx.db, ctx.operator.merchantId)
      return { keys: rows.map(showKey), baseUrl: ctx.env.baseUrl }
    }),

  /** The key that `npm start` printed, for the commands of the docs. As much as making one is asked for; null where there is none. */
  demoKey: freshAdminProcedure
    .output(z.object({ apiKey: z.string().nullable() }))
    .query(async ({ ctx }) => ({ apiKey: await demoKey(ctx, ctx.operator.merchantId) })),

  createKey: freshAdminProcedure
    .input(
      z.strictObject({
        newId: newKeyId,
        name: words(100).refine((name) => name.length > 0, 'A key needs a name.'),
        scopes,
        expiresInDays: z.number().int().min(1).max(3650).nullable(),
      }),
    )
    .output(madeOut)
    .mutation(async ({ ctx, input: { newId, ...key } }) => {
      const { merchantId, email } = ctx.operator
      const made = await createApiKey(
        ctx.db,
        {
          ...key,
          scopes: [...new Set(key.scopes)],
          merchantId,
          id: newId,
          by: email,
          actor: operatorActor(ctx),
        },
        uuidv7,
      )
      if (made) return shownOnce(made)
      return (await findApiKey(ctx.db, merchantId, newId)) ? madeBefore(newId) : notFound()
    }),

  /**
   * The old key works on during the overlap. A key that has ended or was already rotated gets no second
   * successor.
   */
  rotateKey: freshAdminProcedure
    .input(
      z.strictObject({
        id: z.string().max(64),
        newId: newKeyId,
        overlapHours: z.number().int().min(0).max(OVERLAP_MAX_HOURS),
      }),
    )
    .output(madeOut)
    .mutation(async ({ ctx, input: { id, newId, overlapHours } }) => {
      const which = ownKey(ctx, id)
      const made = await rotateApiKey(ctx.db, which, { overlapHours, successorId: newId }, uuidv7)
      if (made) return shownOnce(made)
      const { rotatedTo } = (await findApiKey(ctx.db, which.merchantId, which.id)) ?? notFound()
      return rotatedTo === newId ? madeBefore(newId) : { outcome: 'ended' }
    }),

  /** Ends a key at once, for replays too. A second call changes nothing. */
  revokeKey: adminProcedure
    .input(z.strictObject({ id: z.string().max(64) }))
    .output(z.object({ outcome: z.enum(['revoked', 'before']) }))
    .mutation(async ({ ctx, input }) => {
      const which = ownKey(ctx, input.id)
      if (await revokeApiKey(ctx.db, which, uuidv7)) return { outcome: 'revoked' }
      return (await findApiKey(ctx.db, which.merchantId, which.id)) ? { outcome: 'before' } : notFound()
    }),
})

function ownKey(ctx: Context & { operator: Operator }, id: string) {
  const { merchantId, email } = ctx.operator
  return { merchantId, id: uuidOf('key', id), by: email, actor: operatorActor(ctx) }
}

const shownOnce = ({ id, token }: { id: string; token: string }): Made => ({
  outcome: 'made',
  id: showId('key', id),
  token,
})
const madeBefore = (id: string): Made => ({ outcome: 'before', id: showId('key', id) })

function showKey(row: ApiKeyRow): z.infer<typeof keyOut> {
  const { name, hint, createdBy, idle } = row
  return {
    id: showId('key', row.id),
    name,
    hint,
    mode: hint.startsWith('sk_live_') ? 'live' : 'test',
    scopes: row.scopes,
    state: stateOf(row),
    createdBy,
    idle,
    successorId: row.rotatedTo && showId('key', row.rotatedTo),
    createdAt: time(row.createdAt),
    expiresAt: maybeTime(row.expiresAt),
    revokedAt: maybeTime(row.revokedAt),
    lastUsedAt: maybeTime(row.lastUsedAt),
  }
}

function stateOf({ revokedAt, active, rotatedTo }: ApiKeyRow): (typeof KEY_STATES)[number] {
  if (revokedAt) return 'revoked'
  if (active) return rotatedTo ? 'overlap' : 'active'
  return rotatedTo ? 'rotated' : 'expired'
}
