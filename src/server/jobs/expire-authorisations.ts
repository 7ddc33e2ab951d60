import { dueAuthorisations } from '@/payments/authorisation-store'
import { SYSTEM } from '@/platform/audit'
import type { Core } from '../core'

/**
 * Voids authorisations that nobody has captured in their time, each under a key that is made of its payment: so any number of workers do it once, and
 * what a crash leaves is settled as any other request. Our clock only says when to ask; how it has ended, the bank says.
 * @returns how many were asked about
 */
export async function expireAuthorisations(
  { db, engine, operations }: Core,
  batch: number,
  newId: () => string,
): Promise<number> {
  const due = await dueAuthorisations(db, batch)
  let asked = 0
  for (const { merchantId, paymentId } of due) {
    const reply = await engine.run(operations.expireAuthorisation, {
      scope: { merchantId, actor: 'system' },
      key: paymentId,
      input: { merchantId, paymentId, by: SYSTEM },
      waitMs: 0,
      source: 'worker',
      requestId: newId(),
      by: SYSTEM,
    })
    if (reply.kind === 'answer') asked += 1
  }
  return asked
}
