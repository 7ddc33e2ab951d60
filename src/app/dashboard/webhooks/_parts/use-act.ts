'use client'
import { mintKey } from '@payonce/idempotency/client'
import { useRef } from 'react'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'

/**
 * An act that is done once however often it is sent: its id stays the same until it has succeeded, or something else is asked for.
 * @param asked all that is asked for, by which a repeat is known
 */
export function useAct<Asked, Done>(
  asked: Asked,
  send: (asked: Asked & { newId: string }) => Promise<Done>,
  then: (done: Done) => void,
) {
  const last = useRef<{ text: string; newId: string } | null>(null)
  const act = async () => {
    const text = JSON.stringify(asked)
    if (last.current?.text !== text) last.current = { text, newId: mintKey() }
    const done = await send({ ...asked, newId: last.current.newId })
    last.current = null
    return done
  }
  return useSubmitOnce(act, then)
}
