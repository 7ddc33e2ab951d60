'use client'
import { mintKey } from '@payonce/idempotency/client'
import { onlineManager } from '@tanstack/react-query'
import { TRPCClientError } from '@trpc/client'
import { useRef, useState } from 'react'
import { api, isSignedOut, type PaymentData } from '../../../../_parts/api'
import { useStepUp } from '../../../../_parts/step-up/step-up'
import {
  phaseAfterFailure,
  phaseByList,
  type RefundAttempt,
  type RefundFailure,
  type RefundPhase,
  refundAttemptStorage,
} from './refund-attempt'

/**
 * One refund from its form to its end. Presses while it is sent are ignored, and each send of one attempt has its key.
 * @param onChange called when something was done, to read the payment again
 */
export function useRefund(payment: PaymentData, operator: string, onChange: () => void) {
  const withStepUp = useStepUp()
  const running = useRef(false)
  const [stored] = useState(() => refundAttemptStorage(operator, payment.id))
  const [phase, setPhase] = useState<RefundPhase>(() => {
    const before = stored.read()
    return before ? { at: 'lost', attempt: before, offline: false } : { at: 'editing' }
  })
  const send = async (attempt: RefundAttempt) => {
    if (running.current) return
    running.current = true
    stored.write(attempt)
    setPhase({ at: 'sending', attempt })
    const next = await withStepUp(() => sendAttempt(payment.id, attempt)).then(
      (): RefundPhase => ({ at: 'done', attempt }),
      (error: unknown) => {
        // The attempt stays stored: after the sign-in it is sent again, with its key.
        if (isSignedOut(error)) window.location.assign(`/sign-in?next=${window.location.pathname}`)
        return phaseAfterFailure(attempt, problemOf(error), onlineManager.isOnline())
      },
    )
    running.current = false
    if (next.at !== 'lost') stored.clear()
    setPhase(next)
    onChange()
  }
  return {
    phase: phaseByList(phase, payment.refunds),
    confirm: (asked: Omit<RefundAttempt, 'key'>) =>
      setPhase({ at: 'confirming', attempt: { ...asked, key: mintKey() } }),
    edit: () => setPhase({ at: 'editing' }),
    send: (attempt: RefundAttempt) => void send(attempt),
  }
}

function sendAttempt(payment: string, { key, amount, reason, way }: RefundAttempt): Promise<unknown> {
  return way === 'request'
    ? api.refunds.request.mutate({ payment, amount, reason, newId: key })
    : api.refunds.create.mutate({ payment, amount, key, ...(reason === '' ? {} : { reason }) })
}

function problemOf(error: unknown): RefundFailure | null {
  const problem = error instanceof TRPCClientError ? error.data?.idempotency : undefined
  return (problem as RefundFailure | undefined) ?? null
}
