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
 * @returns `fields`: what the server says of single fields, by their names, to be shown beside them; `failure` has it too
 */
export function useSubmitOnce<Done>(act: () => Promise<Done>, then: (done: Done) => void) {
  const running = useRef(false)
  const withStepUp = useStepUp()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const [fields, setFields] = useState<FieldProblems>({})
  const press = async () => {
    if (running.current) return
    running.current = true
    setBusy(true)
    setFailure(null)
    setFields({})
    try {
      then(await withStepUp(act))
    } catch (error) {
      if (isSignedOut(error)) window.location.assign(`/sign-in?next=${window.location.pathname}`)
      setFailure(explain(error))
      setFields(fieldsOf(error))
    } finally {
      running.current = false
      setBusy(false)
    }
  }
  return { busy, failure, fields, press: () => void press() }
}

type FieldProblems = Readonly<Record<string, string>>

/** By the last part of each pointer: `/changes/url` is the field `url`. */
function fieldsOf(error: unknown): FieldProblems {
  const problem = error instanceof TRPCClientError ? error.data?.idempotency : undefined
  const errors: { pointer: string; detail: string }[] = problem?.errors ?? []
  return Object.fromEntries(errors.map(({ pointer, detail }) => [pointer.split('/').at(-1) ?? '', detail]))
}

function explain(error: unknown): string {
  const problem = error instanceof TRPCClientError ? error.data?.idempotency : undefined
  if (problem && problem.status < 500) return problem.detail
  const why = onlineManager.isOnline() ? 'The server is not responding.' : 'You are offline.'
  return `${why} Press again: it is done only once, even if the first request arrived.`
}
