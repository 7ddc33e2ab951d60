import { ProblemError } from '@payonce/idempotency/problems'
import { z } from 'zod'
import {
  LINK_ITEMS_MAX,
  LINK_STATES,
  LINK_USES_MAX,
  type LinkFields,
  type LinkRow,
} from '@/checkout/links/payment-link'
import { newOrder, payAmount } from '@/checkout/schema'
import { total } from '@/checkout/totals'
import { showId } from '@/lib/id'
import { storable } from '@/lib/text'
import type { Acted } from '@/platform/act'
import { demandNotReused } from './acted'
import { amount, instant, maybeTime, notFound, sum, sumOut, time } from './json'

/** Payment links as the API and the dashboard show them, and what both take. */

const ID = '018f3c2a9d4e7c31b2a45f60718293a4'
const at = z.iso.datetime().meta({ description: 'RFC 3339, UTC.', example: '2026-11-24T12:00:00.000Z' })
const item = newOrder.shape.items.element

/** Parsed, it has the items and their total: an amount alone becomes one item with the link’s name. */
export const newLinkIn = z
  .strictObject({
    name: storable
      .trim()
      .min(1)
      .max(100)
      // As a check, not as a pattern: what `\p` means is not the same everywhere the document is read.
      .refine((text) => !/\p{Cc}/u.test(text), 'A name has one line, without control characters.')
      .meta({ description: 'What shoppers read, and how you find it again.', example: 'Spring workshop' }),
    currency: newOrder.shape.currency,
    amount: payAmount.shape.amount.optional().meta({
      description: 'What each shopper pays, in the smallest unit of the currency. Send it or `items`.',
      example: 2400,
    }),
    items: z.array(item).min(1).max(LINK_ITEMS_MAX).optional().meta({
      description: 'What each shopper buys; the total is computed. Send it or `amount`.',
    }),
    maxUses: z.int().min(1).max(LINK_USES_MAX).optional().meta({
      description:
        'How many orders may be made from it that are paid, or can still be. Left out: any number.',
      example: 20,
    }),
    endsAt: instant.optional().meta({
      description: 'From then on it takes no new orders. Left out: no end.',
      example: '2027-03-31T22:00:00Z',
    }),
  })
  .transform(({ name, amount: whole, items: lines, maxUses, endsAt, currency }, context) => {
    if ((whole === undefined) === (lines === undefined)) {
      context.addIssue({ code: 'custom', path: ['amount'], message: 'Send either an amount or items.' })
      return z.NEVER
    }
    const items = lines ?? [{ name, quantity: 1, unitAmount: whole ?? 0 }]
    const of = total(items.map((line) => ({ ...line, unitAmount: BigInt(line.unitAmount) })))
    if ('refused' in of) {
      context.addIssue({ code: 'custom', path: ['items'], message: of.refused })
      return z.NEVER
    }
    const fields: LinkFields = {
      name,
      currency,
      items,
      amount: of.amount,
      maxUses: maxUses ?? null,
      endsAt: endsAt === undefined ? null : new Date(endsAt).toISOString(),
    }
    return fields
  })

export const linkShape = z
  .object({
    id: z.string().meta({ description: 'The link’s id.', example: `lnk_${ID}` }),
    url: z.url().meta({
      description: 'The address to share.',
      example: `https://pay.example/link/lnk_${ID}`,
    }),
    name: z.string().meta({ example: 'Spring workshop' }),
    currency: z.string().meta({ example: 'EUR' }),
    amount: z.int().meta({ description: 'What each shopper pays.', example: 2400 }),
    items: z.array(z.object({ name: z.string(), quantity: z.int(), unitAmount: z.int() })),
    state: z.enum(LINK_STATES).meta({
      description:
        '`active`: it takes orders. `paused` by you, `ended` at `endsAt`, `used-up` at `maxUses`; a link that is used up is active again when an order that was never paid can be paid no more.',
    }),
    paused: z.boolean().meta({ description: 'By you; also of a link that has ended or is used up.' }),
    maxUses: z.int().nullable(),
    endsAt: at.nullable(),
    uses: z.int().meta({ description: 'Orders from it that are paid, or can still be.', example: 3 }),
    paid: z.int().meta({ description: 'Orders from it that are paid.', example: 2 }),
    paidAmount: sumOut.meta({ description: 'Sum of the paid orders, before refunds.', example: 4800 }),
    createdAt: at,
  })
  .meta({ id: 'PaymentLink' })

export function showLink(row: LinkRow, baseUrl: string): z.infer<typeof linkShape> {
  const { name, currency, items, state, paused, maxUses } = row
  const id = showId('lnk', row.id)
  return {
    id,
    url: `${baseUrl}/link/${id}`,
    name,
    currency,
    amount: amount(row.amount),
    items,
    state,
    paused,
    maxUses,
    endsAt: maybeTime(row.endsAt),
    uses: Number(row.uses),
    paid: Number(row.paid),
    paidAmount: sum(row.paidAmount),
    createdAt: time(row.createdAt),
  }
}

/**
 * @returns whether it had been done before
 * @throws ProblemError `key-reused`, `validation` for an end in the past
 */
export function demandCreated(outcome: Acted): boolean {
  demandNotReused(outcome)
  if (outcome === 'refused') {
    const detail = 'The end must be in the future.'
    const facts = { errors: [{ pointer: '/endsAt', detail }] }
    throw new ProblemError({ kind: 'validation', detail: `endsAt: ${detail}`, facts })
  }
  return outcome === 'before'
}

/**
 * @returns whether it had been done before
 * @throws ProblemError `key-reused`, `not-found`
 */
export function demandChanged(outcome: Acted): boolean {
  demandNotReused(outcome)
  if (outcome === 'refused') notFound()
  return outcome === 'before'
}
