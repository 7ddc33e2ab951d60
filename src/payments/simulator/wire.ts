import { z } from 'zod'
import { DECLINE_CODES, DISPUTE_STATES, MOVEMENT_KINDS } from '../gateway'

/**
 * Messages between the simulated bank and its client. Amounts are decimal strings, so that no JSON parser makes floats of them. Every
 * answer names its key: an answer with another key is not an answer to this request, whatever mixed them up.
 */
const minor = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt)
const key = z.string().min(1).max(255)
const currency = z.string().regex(/^[A-Z]{3}$/)
const text = z.string().min(1).max(500)

export const chargeRequest = z.object({
  key,
  amountMinor: minor,
  currency,
  method: text,
  capture: z.literal('manual').optional(),
})
export const authorisationRequest = z.object({ key, ref: text, amountMinor: minor, currency })
/** A client of the version before names no part: the whole. */
export const captureRequest = authorisationRequest
  .extend({ captureMinor: minor.optional() })
  .transform(({ captureMinor, ...of }) => ({ ...of, captureMinor: captureMinor ?? of.amountMinor }))
export const cancelRequest = z.object({ key, amountMinor: minor, currency })
export const refundRequest = z.object({ key, ref: text, amountMinor: minor, currency })
export const challengeAnswer = z.object({ passed: z.boolean() })
export const chargesQuery = z.object({
  since: z.iso.datetime().transform((at) => new Date(at)),
  after: text.nullable().default(null),
  limit: z.coerce.number().int().min(1).max(1_000),
})

const approved = z.object({
  kind: z.literal('approved'),
  ref: text,
  amountMinor: minor,
  currency: text,
  feeMinor: minor,
  cardLabel: text,
})
const declined = z.object({
  kind: z.literal('declined'),
  code: z.enum(DECLINE_CODES),
  cardLabel: text,
})
const challenge = z.object({ kind: z.literal('challenge'), actionUrl: text })
const authorised = z.object({
  kind: z.literal('authorised'),
  ref: text,
  amountMinor: minor,
  currency: text,
  cardLabel: text,
  captureBefore: z.iso.datetime().transform((at) => new Date(at)),
})
const captured = z.object({
  kind: z.literal('captured'),
  ref: text,
  amountMinor: minor,
  currency: text,
  feeMinor: minor,
})
const released = z.object({ kind: z.literal('released') })
const cancelled = z.object({ kind: z.literal('cancelled') })
const absent = z.object({ kind: z.literal('absent') })
const refunded = z.object({ kind: z.literal('refunded'), ref: text })
const refused = z.object({ kind: z.literal('refused'), reason: text })

export const chargeAnswer = z.object({
  key,
  outcome: z.discriminatedUnion('kind', [approved, declined, challenge, authorised, cancelled]),
})
export const keyAnswer = z.object({
  key,
  outcome: z.discriminatedUnion('kind', [approved, declined, challenge, authorised, cancelled, absent]),
})
export const authorisationAnswer = z.object({
  key,
  outcome: z.discriminatedUnion('kind', [captured, released]),
})
export const refundAnswer = z.object({ key, outcome: z.discriminatedUnion('kind', [refunded, refused]) })
export const chargesAnswer = z.object({
  charges: z.array(
    z.object({
      ref: text,
      key: text,
      amountMinor: minor,
      currency: text,
      refundedMinor: minor,
      at: z.iso.datetime().transform((at) => new Date(at)),
    }),
  ),
  next: text.nullable(),
})

const signed = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .transform(BigInt)
export const movementsAnswer = z.object({
  movements: z.array(
    z.object({
      ref: text,
      kind: z.enum(MOVEMENT_KINDS),
      amountMinor: signed,
      feeMinor: signed,
      currency: text,
      subjectRef: text.nullable(),
      chargeRef: text.nullable(),
      key: text.nullable(),
      at: z.iso.datetime().transform((at) => new Date(at)),
    }),
  ),
  next: text.nullable(),
})

export const disputeAnswer = z.object({
  ref: text,
  found: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('dispute'), state: z.enum(DISPUTE_STATES) }),
    absent,
  ]),
})

/** To JSON, with every amount as a string. */
export function written(message: object): string {
  return JSON.stringify(message, (_, value) => (typeof value === 'bigint' ? value.toString() : value))
}
