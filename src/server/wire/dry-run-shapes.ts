import { z } from 'zod'
import { type IdPrefix, showId } from '@/lib/id'
import type { WouldDo } from '@/payments/would-do'
import { amount } from './json'

/** The result of a dry run as the API shows it. */

const money = z
  .int()
  .meta({ description: 'In the smallest unit of the currency: 2400 means €24.00.', example: 2400 })
const currency = z.string().meta({ example: 'EUR' })

export const dryRunShape = z
  .object({
    operation: z.string().meta({ description: 'What the request would run.', example: 'payments.create' }),
    executed: z.literal(false).meta({ description: 'Nothing was written, and the bank was not asked.' }),
    replay: z
      .object({
        status: z.int().meta({ example: 201 }),
        problem: z
          .string()
          .nullable()
          .meta({ description: 'The kind of the stored problem; null: a success.', example: null }),
      })
      .nullable()
      .meta({
        description:
          'The key that you sent was used for this very request: the request would get the stored answer again and do nothing. Null: no key was sent, or nothing is stored under it.',
        example: null,
      }),
    bank: z
      .object({
        request: z.enum(['charge', 'authorise', 'capture', 'release', 'refund']).meta({ example: 'charge' }),
        amount: money,
        currency,
      })
      .nullable()
      .meta({ description: 'What the bank would be asked for; null: it would not be asked.' }),
    outcome: z
      .object({
        resource: z.enum(['payment', 'refund', 'order']).meta({ example: 'payment' }),
        id: z.string().nullable().meta({ description: 'Null: it would be created.', example: null }),
        status: z.string().meta({ example: 'succeeded' }),
        version: z.int().optional().meta({ description: 'Of an order: the version it would be at.' }),
        amount: money,
        currency,
      })
      .nullable()
      .meta({
        description:
          'What there would be afterwards, if the bank says yes. What the bank would say is not known. Null on a replay.',
      }),
    postings: z
      .array(
        z.object({
          state: z.enum(['pending', 'posted', 'voided']).meta({
            description:
              '`pending`: beside the ledger, in no balance. `posted`: in the ledger, in place of a pending one where there is one. `voided`: a pending one would end without being posted.',
            example: 'posted',
          }),
          kind: z.string().meta({ example: 'capture' }),
          currency,
          lines: z.array(
            z.object({
              account: z
                .string()
                .meta({ description: 'The code of the account.', example: 'gateway_clearing' }),
              amount: z.int().meta({ description: 'A debit is positive, a credit negative.', example: 2400 }),
            }),
          ),
          feeFrom: z.string().optional().meta({
            description:
              'The account from whose line the bank’s fee would be taken, to `processing_fees`. How much, only the bank’s answer says.',
            example: 'gateway_clearing',
          }),
        }),
      )
      .meta({ description: 'What would be written to the books.' }),
  })
  .meta({ id: 'DryRun' })

type DryRun = z.infer<typeof dryRunShape>

const PREFIX = { payment: 'pay', refund: 'ref', order: 'ord' } as const satisfies Record<string, IdPrefix>

export function showWouldDo(operation: string, { bank, outcome, postings }: WouldDo): DryRun {
  const { resource, id, status, version, minor, currency: of } = outcome
  return {
    operation,
    executed: false,
    replay: null,
    bank: bank && { request: bank.request, amount: amount(bank.minor), currency: bank.currency },
    outcome: {
      resource,
      id: id && showId(PREFIX[resource], id),
      status,
      ...(version === undefined ? {} : { version }),
      amount: amount(minor),
      currency: of,
    },
    postings: postings.map(({ state, kind, currency: in_, lines, feeFrom }) => ({
      state,
      kind,
      currency: in_,
      lines: lines.map(({ account, amountMinor }) => ({ account, amount: amount(amountMinor) })),
      ...(feeFrom ? { feeFrom } : {}),
    })),
  }
}

/** Of a key that was used: the stored answer would be sent again. */
export function showReplay(
  operation: string,
  { status, problem }: { status: number; problem: string | null },
): DryRun {
  return {
    operation,
    executed: false,
    replay: { status, problem },
    bank: null,
    outcome: null,
    postings: [],
  }
}
