'use client'
import { onlineManager } from '@tanstack/react-query'
import { TRPCClientError } from '@trpc/client'
import { useRef, useState } from 'react'
import { isSignedOut } from '../../_parts/api'

/**
 * Runs `act` once, however often its button is pressed: presses while it runs are ignored. `act` must send the same id
 * each time, so that the server recognises a repeat after a failure.
 * @param then called with the answer
 */
export function useSubmitOnce<Done>(act: () => Promise<Done>, then: (done: Done) => void) {
  const running = useRef(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const press = async () => {
    if (running.current) return
    running.current = true
    setBusy(true)
    setFailure(null)
    try {
      then(await act())
    } catch (error) {
      if (isSignedOut(error)) window.location.assign('/sign-in?next=/dashboard/developers')
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
