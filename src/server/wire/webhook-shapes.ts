import { ProblemError } from '@payonce/idempotency/problems'
import { z } from 'zod'
import { showId } from '@/lib/id'
import type { Acted } from '@/platform/act'
import { type AddressRules, problemOfUrl } from '@/webhooks/address'
import { DELIVERY_STATES, type DeliveryAttempt, type DeliveryRow, REPLAY_DAYS } from '@/webhooks/delivery'
import {
  ENDPOINT_STATES,
  ENDPOINTS_MAX,
  type EndpointRow,
  SECRET_OVERLAP_MAX_HOURS,
} from '@/webhooks/endpoint'
import { CHOSEN_TYPES } from '@/webhooks/events'
import { demandNotReused } from './acted'
import { maybeTime, notFound, time, words } from './json'

/** Webhook endpoints and deliveries as the API and the dashboard show them, and what both take. */

const ID = '018f3c2a9d4e7c31b2a45f60718293a4'
const at = z.iso.datetime().meta({ description: 'RFC 3339, UTC.', example: '2026-11-24T12:00:00.000Z' })
const url = z.string().max(2_000).meta({
  description: 'Where events are sent: https, on port 443 or 8443, at a host of the public internet.',
  example: 'https://shop.example.org/webhooks',
})
const eventTypes = z
  .array(z.enum(CHOSEN_TYPES as [string, ...string[]]))
  .max(CHOSEN_TYPES.length)
  .meta({
    description: 'The types that are sent; empty: all, also those to come.',
    example: ['payment.succeeded'],
  })
const description = words(200).meta({ example: 'Shop, production' })

export const newEndpointIn = z.strictObject({
  url,
  eventTypes: eventTypes.default([]),
  description: description.default(''),
})
export const endpointChangesIn = z
  .strictObject({
    url: url.optional(),
    eventTypes: eventTypes.optional(),
    description: description.optional(),
  })
  .refine((changes) => Object.values(changes).some((value) => value !== undefined), 'Name a field to change.')
export const rotationIn = z.strictObject({
  overlapHours: z.int().min(0).max(SECRET_OVERLAP_MAX_HOURS).default(24).meta({
    description: 'How long the secret before signs too, in hours. 0 ends it at once, as after a leak.',
    example: 24,
  }),
})

export const endpointShape = z
  .object({
    id: z.string().meta({ example: `whe_${ID}` }),
    url,
    description: z.string(),
    eventTypes: z.array(z.string()),
    state: z.enum(ENDPOINT_STATES).meta({
      description:
        '`paused` by you: events wait. `disabled` by us, after 410 or 5 days without success: no new events; `reason` says why.',
    }),
    reason: z.string().nullable(),
    failingSince: at.nullable().meta({ description: 'The first failure since the last success.' }),
    previousSecretUntil: at
      .nullable()
      .meta({ description: 'In a rotation: until when the secret before signs too.' }),
    createdAt: at,
  })
  .meta({ id: 'WebhookEndpoint' })

export const endpointWithSecretShape = endpointShape
  .extend({
    secret: z.string().nullable().meta({
      description:
        'Verifies what we send. Shown now, and to a repeat of this request within 24 hours; after that null.',
      example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
    }),
  })
  .meta({ id: 'WebhookEndpointWithSecret' })

export const deliveryShape = z
  .object({
    id: z.string().meta({ example: `whd_${ID}` }),
    endpointId: z.string().meta({ example: `whe_${ID}` }),
    eventId: z.string().meta({ description: 'The `webhook-id` of each attempt.', example: `evt_${ID}` }),
    eventType: z.string().meta({ example: 'payment.succeeded' }),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    nextAttemptAt: at.nullable(),
    lastStatus: z.int().nullable(),
    lastError: z.string().nullable(),
    createdAt: at,
    endedAt: at.nullable(),
  })
  .meta({ id: 'WebhookDelivery' })

export const deliveryWithLogShape = deliveryShape
  .extend({
    body: z.string().meta({ description: 'The body of each attempt, byte for byte.' }),
    log: z
      .array(
        z.object({
          number: z.int(),
          at: at.meta({ description: 'Also the `webhook-timestamp`. Signatures are not kept.' }),
          durationMs: z.int(),
          status: z.int().nullable(),
          error: z.string().nullable().meta({ description: 'Why there was no answer.' }),
          answer: z.string().nullable().meta({ description: 'The first 1,000 characters of the answer.' }),
        }),
      )
      .meta({ description: 'The attempts, oldest first; the first 100.' }),
  })
  .meta({ id: 'WebhookDeliveryWithLog' })

export function showEndpoint(row: EndpointRow): z.infer<typeof endpointShape> {
  const { url: to, description: about, eventTypes: types, state, reason } = row
  return {
    id: showId('whe', row.id),
    url: to,
    description: about,
    eventTypes: types,
    state,
    reason,
    failingSince: maybeTime(row.failingSince),
    previousSecretUntil: maybeTime(row.previousSecretUntil),
    createdAt: time(row.createdAt),
  }
}

export function showDelivery(row: DeliveryRow): z.infer<typeof deliveryShape> {
  const { eventType, state, attempts, lastStatus, lastError } = row
  return {
    id: showId('whd', row.id),
    endpointId: showId('whe', row.endpointId),
    eventId: showId('evt', row.eventId),
    eventType,
    state,
    attempts,
    nextAttemptAt: state === 'pending' ? time(row.nextAt) : null,
    lastStatus,
    lastError,
    createdAt: time(row.createdAt),
    endedAt: maybeTime(row.endedAt),
  }
}

export function showDeliveryWithLog(
  row: DeliveryRow & { body: string; log: DeliveryAttempt[] },
): z.infer<typeof deliveryWithLogShape> {
  return { ...showDelivery(row), body: row.body, log: row.log.map((one) => ({ ...one, at: time(one.at) })) }
}

/** @throws ProblemError `validation` for a URL that no webhook may be sent to */
export function demandGoodUrl(text: string | undefined, rules: AddressRules): void {
  const problem = text === undefined ? null : problemOfUrl(text, rules)
  if (problem) throw wrongField('url', problem)
}

/**
 * The instant since which events are sent again.
 * @throws ProblemError `validation` for one to come, and one from which events are not kept
 */
export function demandReplayable(since: string): Date {
  const at = new Date(since)
  const ageMs = Date.now() - at.getTime()
  if (ageMs < 0 || ageMs > REPLAY_DAYS * 86_400_000)
    throw wrongField(
      'since',
      `Events can be sent again for ${REPLAY_DAYS} days. Name a later instant, which has passed.`,
    )
  return at
}

function wrongField(field: string, problem: string): ProblemError {
  return new ProblemError({
    kind: 'validation',
    detail: `${field}: ${problem}`,
    facts: { errors: [{ pointer: `/${field}`, detail: problem }] },
  })
}

/**
 * @param refused why a condition does not hold, for an endpoint that is there; without it there is none
 * @returns whether it had been done before
 * @throws ProblemError `key-reused`, `not-found`, `validation`
 */
export function demandDone(outcome: Acted, refused?: string | null): boolean {
  demandNotReused(outcome)
  if (outcome === 'refused')
    throw refused ? new ProblemError({ kind: 'validation', detail: refused }) : notFound()
  return outcome === 'before'
}

export const REFUSED = {
  tooMany: `A merchant has at most ${ENDPOINTS_MAX} endpoints. Delete one first.`,
  rotating:
    'Two secrets sign already. Wait for the end of the rotation, or rotate with overlapHours 0, which ends both.',
  notEnabled: 'The endpoint is not enabled. Resume it first.',
}
