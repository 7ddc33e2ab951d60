import { dueAuthorisations } from '@/payments/authorisation-store'
import { SYSTEM } from '@/platform/audit'
import type { Core } from '../core'

/**
 * Voids authorisations that nobody has captured in their time, each under a key that is made of its payment: so any number of workers do it once, and
 * what a crash leaves is settled as any other request. Our clock only says when to ask; how it has ended, the bank says.
 * @returns how many were asked about
 */
export async function expireAuthorisations(core: Core, batch: number, newId: () => string): Promise<number> {
  const due = await dueAuthorisations(core.db, batch)
  let asked = 0
  for (const payment of due) if (await expireAuthorisation(core, payment, newId())) asked += 1
  return asked
}

/** Voids one, or finds that it has ended at the bank. @returns whether the bank has said how */
export async function expireAuthorisation(
  { engine, operations }: Pick<Core, 'engine' | 'operations'>,
  { merchantId, paymentId }: { merchantId: string; paymentId: string },
  requestId: string,
): Promise<boolean> {
  const reply = await engine.run(operations.expireAuthorisation, {
    scope: { merchantId, actor: 'system' },
    key: paymentId,
    input: { merchantId, paymentId, by: SYSTEM },
    waitMs: 0,
    source: 'worker',
    requestId,
    by: SYSTEM,
  })
  return reply.kind === 'answer'
}
