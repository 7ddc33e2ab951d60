import { ProblemError } from '@payonce/idempotency/problems'
import { isLoopbackUrl } from '@/checkout/return-url'
import type { Mode } from '@/lib/mode'

/** Tokens of the simulated bank's cards. */
const TEST_TOKEN = /^pm_card_/

/**
 * Refuses an order, or a payment's refund, whose merchant is of another mode than this installation. Nothing is stored, and the bank is not asked: a sandbox must
 * not settle real money with its simulated bank, nor live mode charge for a test.
 * @throws ProblemError `not-found`: to this installation there is no such order
 */
export function refuseOtherMode(
  merchant: Mode,
  served: Mode,
  { subject, done } = { subject: 'order', done: 'charged' },
): void {
  if (merchant === served) return
  const [there, here] = merchant === 'live' ? ['live mode', 'the sandbox'] : ['the sandbox', 'live mode']
  throw new ProblemError({
    kind: 'not-found',
    detail: `This ${subject} is one of ${there}, and this server is ${here}. Nothing was ${done}. Send it to the server of ${there}.`,
  })
}

/**
 * Refuses a test card in live mode, before anything is stored.
 * @throws ProblemError `validation`
 */
export function refuseTestToken(paymentMethod: string, served: Mode): void {
  if (served === 'test' || !TEST_TOKEN.test(paymentMethod)) return
  throw new ProblemError({
    kind: 'validation',
    detail:
      'This paymentMethod is a test card, and test cards pay in the sandbox only. Nothing was charged. Send the token of a real card.',
  })
}

/**
 * Refuses an address of the sender's own machine, which real shoppers cannot open.
 * @throws ProblemError `validation`, before the key is claimed
 */
export function refuseLoopback(
  order: { successUrl?: string | undefined; cancelUrl?: string | undefined },
  served: Mode,
): void {
  if (served === 'test') return
  for (const name of ['successUrl', 'cancelUrl'] as const) {
    if (!order[name] || !isLoopbackUrl(order[name])) continue
    const detail = 'Send an https address; http is for localhost in the sandbox alone.'
    const facts = { errors: [{ pointer: `/${name}`, detail }] }
    throw new ProblemError({ kind: 'validation', detail: `/${name}: ${detail}`, facts })
  }
}
