'use client'
import { mintKey } from '@payonce/idempotency/client'
import { onlineManager } from '@tanstack/react-query'
import { TRPCClientError } from '@trpc/client'
import { useRef, useState } from 'react'
import { api, isSignedOut, type PaymentData } from '../../../../_parts/api'
import { type EndFailure, type EndPhase, type EndVerb, phaseAfterFailure, phaseByPayment } from './end-phase'

/**
 * One capture or void from its dialog to its end: one key for as long as the dialog is open, over all retries. It need not outlive the page, as a
 * refund's key must: a payment is captured or voided once, under whichever keys. `send` takes what is to be captured; undefined: the whole.
 * @param onChange called when something was done, to read the payment again
 */
export function useEnd(payment: PaymentData, verb: EndVerb, onChange: () => void) {
  const running = useRef(false)
  const [key] = useState(mintKey)
  const [phase, setPhase] = useState<EndPhase>({ at: 'confirming' })
  const send = async (amount: number | undefined) => {
    if (running.current) return
    running.current = true
    setPhase({ at: 'sending' })
    const asked = { payment: payment.id, key }
    const sent =
      verb === 'capture'
        ? api.authorisations.capture.mutate({ ...asked, amount })
        : api.authorisations.void.mutate(asked)
    const next = await sent.then(
      (): EndPhase => ({ at: 'done' }),
      (error: unknown) => {
        if (isSignedOut(error)) window.location.assign(`/sign-in?next=${window.location.pathname}`)
        return phaseAfterFailure(verb, problemOf(error), onlineManager.isOnline())
      },
    )
    running.current = false
    setPhase(next)
    onChange()
  }
  return { phase: phaseByPayment(phase, verb, payment), send: (amount?: number) => void send(amount) }
}

function problemOf(error: unknown): EndFailure | null {
  const problem = error instanceof TRPCClientError ? error.data?.idempotency : undefined
  return (problem as EndFailure | undefined) ?? null
}
