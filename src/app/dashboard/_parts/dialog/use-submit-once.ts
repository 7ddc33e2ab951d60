'use client'
import { onlineManager } from '@tanstack/react-query'
import { TRPCClientError } from '@trpc/client'
import { useRef, useState } from 'react'
import { isSignedOut } from '../api'
import { useStepUp } from '../step-up/step-up'

/**
 * Runs `act` once, however often its button is pressed: presses while it runs are ignored. `act` must send the same id
 * each time, so that the server recognises a repeat after a failure. Where the server wants a confirmation first, it is asked for.
 * @param then called with the answer
 */
export function useSubmitOnce<Done>(act: () => Promise<Done>, then: (done: Done) => void) {
  const running = useRef(false)
  const withStepUp = useStepUp()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const press = async () => {
    if (running.current) return
    running.current = true
    setBusy(true)
    setFailure(null)
    try {
      then(await withStepUp(act))
    } catch (error) {
      if (isSignedOut(error)) window.location.assign(`/sign-in?next=${window.location.pathname}`)
      setFailure(explain(error))
    } finally {
      running.current = false
      setBusy(false)
    }
  }
  return { busy, failure, press: () => void press() }
}

function explain(error: unknown): string {
  const problem = error instanceof TRPCClientError ? error.data?.idempotency : undefined
  if (problem && problem.status < 500) return problem.detail
  const why = onlineManager.isOnline() ? 'The server is not responding.' : 'You are offline.'
  return `${why} Press again: it is done only once, even if the first request arrived.`
}
