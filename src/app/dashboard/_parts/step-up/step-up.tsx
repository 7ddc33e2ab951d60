'use client'
import { TRPCClientError } from '@trpc/client'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { TextField } from '@/ui/field'
import { api, isSignedOut } from '../api'
import { Dialog, DialogFoot } from '../dialog/dialog'

/** Opens the dialog that asks for the password. Resolves to true when the operator confirmed, to false when they left it. */
type Confirm = () => Promise<boolean>

const StepUp = createContext<Confirm>(async () => false)

/** The dialog lies above whatever is open, so that a form below it keeps what was typed. */
export function StepUpProvider({ children }: { children: ReactNode }) {
  const answer = useRef<((confirmed: boolean) => void) | null>(null)
  const [open, setOpen] = useState(false)
  const confirm = useCallback<Confirm>(
    () =>
      new Promise((resolve) => {
        answer.current = resolve
        setOpen(true)
      }),
    [],
  )
  const end = (confirmed: boolean) => {
    setOpen(false)
    answer.current?.(confirmed)
    answer.current = null
  }
  return (
    <StepUp value={confirm}>
      {children}
      {open && <StepUpDialog onEnd={end} />}
    </StepUp>
  )
}

/**
 * Wraps an action: where the server wants a confirmation first, asks for it and sends the same request again.
 * @returns a function that rejects with the server's own problem when the operator does not confirm
 */
export function useStepUp(): <Done>(act: () => Promise<Done>) => Promise<Done> {
  const confirm = useContext(StepUp)
  return useCallback(
    async (act) => {
      try {
        return await act()
      } catch (error) {
        if (!wantsStepUp(error) || !(await confirm())) throw error
        return act()
      }
    },
    [confirm],
  )
}

function wantsStepUp(error: unknown): boolean {
  return error instanceof TRPCClientError && error.data?.idempotency?.kind === 'step-up-required'
}

const FIELD = 'step-up-password'

function StepUpDialog({ onEnd }: { onEnd(confirmed: boolean): void }) {
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  // After the dialog has opened, which moves the focus to its first button.
  useEffect(() => document.getElementById(FIELD)?.focus(), [])
  const submit = async () => {
    if (busy) return
    setBusy(true)
    setFailure(null)
    try {
      await api.account.confirm.mutate({ password })
      return onEnd(true)
    } catch (error) {
      if (isSignedOut(error)) return window.location.assign('/sign-in')
      const problem = error instanceof TRPCClientError ? error.data?.idempotency : undefined
      setFailure(problem?.detail ?? 'The server is not responding. Try again in a moment.')
      document.getElementById(FIELD)?.focus()
    }
    setBusy(false)
  }
  return (
    <Dialog title="Confirm that it is you" onClose={() => onEnd(false)}>
      {(close) => (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            void submit()
          }}
        >
          <CardBody className="flex flex-col gap-4">
            <p className="text-ink-2 text-sm">
              This action needs your password. After it you are not asked again for 5 minutes.
            </p>
            <TextField
              id={FIELD}
              size="dense"
              type="password"
              label="Password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
              error={failure ?? undefined}
            />
          </CardBody>
          <DialogFoot status={null}>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="primary" busy={busy}>
              Confirm
            </Button>
          </DialogFoot>
        </form>
      )}
    </Dialog>
  )
}
