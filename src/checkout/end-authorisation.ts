import type { Answer, Operation } from '@payonce/idempotency'
import type { Facts } from '@payonce/idempotency/problems'
import type { SqlForm } from '@payonce/idempotency/sql'
import { formatMoney } from '@/lib/money'
import { type AccountGateways, atGatewayOf } from '@/payments/account-gateways'
import { type EndEffect, endAuthorisation, settleEnd } from '@/payments/authorisation'
import { type BegunEnd, type EndKind, moveEnd, recallEnd } from '@/payments/authorisation-store'
import { beginEnd, type EndInput, whyNotEnded } from '@/payments/begin-end'
import { type Gateway, nextCheckMs } from '@/payments/gateway'
import { auditParked } from '@/platform/audit'
import type { Db } from '@/platform/db'
import { markPaid } from './order'

/** Renders how it ended. The text is stored, so that a replay is the same byte for byte. */
export interface EndAnswers {
  /** @param capturedMinor what the bank has charged; null: it has released the whole */
  ended(end: BegunEnd, capturedMinor: bigint | null): Answer
  /** The bank had ended it before, in another way than was asked for now. */
  endedOtherwise(end: BegunEnd, detail: string): Answer
  resourceFacts(endId: string): Facts
}

export interface EndDeps {
  name: string
  db: Db
  gateway: Gateway
  accounts?: AccountGateways | undefined
  newId: () => string
  answers: EndAnswers
}

/**
 * Ending an authorisation: one capture or void of it is begun, ever (`authorisation_end_one`), the bank is asked until it says how it has ended,
 * and that is settled in one commit, whichever of the two was asked for.
 */
export function endOperation(
  deps: EndDeps,
  kind: EndKind,
): Operation<EndInput, BegunEnd, EndEffect, SqlForm> {
  const ask = (end: BegunEnd) =>
    atGatewayOf(deps, end.gatewayAccount, (gateway) => endAuthorisation(gateway, end))
  return {
    name: deps.name,
    volatile: ['by'],
    begin: (input, ids, claim) => beginEnd(input, kind, ids, claim, deps.newId),
    whyRefused: (input) => whyNotEnded(deps.db, input, kind),
    ask,
    // The same request: it has no second effect, and it alone makes sure that nothing comes later.
    find: ask,
    doubt: (reason) => ({ kind: 'unknown', reason }),
    finish: (end, effect) => {
      switch (effect.kind) {
        case 'captured':
          return {
            to: 'completed',
            answer: answerOf(deps.answers, end, effect.amountMinor),
            writes: [...settleEnd(end, effect, deps.newId), markPaid(end)],
          }
        case 'released':
          return {
            to: 'completed',
            answer: answerOf(deps.answers, end, null),
            writes: settleEnd(end, effect, deps.newId),
          }
        case 'unknown':
          return {
            to: 'unknown',
            answer: null,
            writes: [moveEnd(end, 'unknown')],
            retryInMs: nextCheckMs(end.ageMs),
          }
        case 'contradiction':
          return { to: 'parked', answer: null, writes: [moveEnd(end, 'unknown')], reason: effect.reason }
      }
    },
    recall: (merchantId, id) => recallEnd(deps.db, merchantId, id),
    resourceFacts: deps.answers.resourceFacts,
    parkWrites: ({ merchantId, recordId }, reason) => [
      auditParked(merchantId, deps.newId(), recordId, reason),
    ],
  }
}

function answerOf(answers: EndAnswers, end: BegunEnd, capturedMinor: bigint | null): Answer {
  const wanted = end.kind === 'capture' ? (end.wanted ?? end.amount) : null
  // Nobody reads the worker's answer: however it has ended is what it wanted to know.
  return capturedMinor === wanted || end.kind === 'expiry'
    ? answers.ended(end, capturedMinor)
    : answers.endedOtherwise(end, otherwise(end, capturedMinor))
}

function otherwise({ amount, currency, kind }: BegunEnd, capturedMinor: bigint | null): string {
  if (capturedMinor === null)
    return 'The bank had released this payment before, or its time had passed. Nothing was charged.'
  const what =
    capturedMinor === amount ? 'this payment' : `${formatMoney(capturedMinor, currency)} of this payment`
  const nothing = kind === 'capture' ? 'Nothing more was charged' : 'Nothing was released'
  return `The bank had captured ${what} before. ${nothing}; it can be refunded.`
}
