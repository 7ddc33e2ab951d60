'use client'
import { TRPCClientError } from '@trpc/client'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react'
import { askPasskey, PasskeyProblem } from '@/app/_passkey/passkey'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { TextField } from '@/ui/field'
import { api, type ConfirmOptions, isSignedOut } from '../api'
import { Dialog, DialogFoot } from '../dialog/dialog'

/** Opens the dialog that asks for the second factor, or for the password of who has none. Resolves to true when the operator confirmed, to false when they left it. */
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

function StepUpDialog({ onEnd }: { onEnd(confirmed: boolean): void }) {
  const [ways, setWays] = useState<ConfirmOptions | null>(null)
  const [value, setValue] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const run = useCallback(async (act: () => Promise<void>) => {
    setBusy(true)
    setFailure(null)
    try {
      await act()
    } catch (error) {
      if (isSignedOut(error)) return window.location.assign('/sign-in')
      setFailure(explain(error))
      document.getElementById(FIELD)?.focus()
    }
    setBusy(false)
  }, [])
  useEffect(() => void run(async () => setWays(await api.account.confirmOptions.mutate())), [run])
  // After the dialog has opened, which moves the focus to its first button.
  useEffect(() => {
    if (ways) document.getElementById(FIELD)?.focus()
  }, [ways])
  const field = ways?.password ? FIELDS.password : ways?.code ? FIELDS.code : null
  const submit = async () => {
    await api.account.confirm.mutate(ways?.password ? { password: value } : { code: value.trim() })
    onEnd(true)
  }
  const passkey = async () => {
    // New options each time: a challenge is good for one try.
    const { passkey: options } = await api.account.confirmOptions.mutate()
    if (options) await api.account.confirm.mutate({ passkey: (await askPasskey(options)) as PasskeyAnswer })
    onEnd(options !== null)
  }
  return (
    <Dialog title="Confirm that it is you" onClose={() => onEnd(false)}>
      {(close) => (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            if (!busy && field) void run(submit)
          }}
        >
          <CardBody className="flex flex-col gap-4">
            <p className="text-ink-2 text-sm">
              This action needs {needed(ways)}. After it you are not asked again for 5 minutes.
            </p>
            {field && (
              <TextField
                id={FIELD}
                size="dense"
                value={value}
                onChange={(event) => setValue(event.target.value)}
                error={failure ?? undefined}
                {...field}
              />
            )}
            {ways?.passkey && (
              <div>
                <Button busy={busy} onClick={() => !busy && void run(passkey)}>
                  Use a passkey
                </Button>
              </div>
            )}
          </CardBody>
          <DialogFoot status={field ? null : failure}>
            <Button onClick={close}>Cancel</Button>
            {field && (
              <Button type="submit" variant="primary" busy={busy}>
                Confirm
              </Button>
            )}
          </DialogFoot>
        </form>
      )}
    </Dialog>
  )
}

function needed(ways: ConfirmOptions | null): string {
  if (!ways) return 'a confirmation'
  return ways.password ? 'your password' : 'your second factor'
}

type PasskeyAnswer = Extract<
  Parameters<typeof api.account.confirm.mutate>[0],
  { passkey: unknown }
>['passkey']

const FIELD = 'step-up'
const FIELDS = {
  password: { type: 'password', label: 'Password', autoComplete: 'current-password' },
  code: {
    type: 'text',
    label: 'Code',
    hint: 'The 6 digits of your authenticator app, or one of your recovery codes.',
    autoComplete: 'one-time-code',
  },
}

function explain(error: unknown): string {
  if (error instanceof PasskeyProblem) return error.message
  const problem = error instanceof TRPCClientError ? error.data?.idempotency : undefined
  return problem?.detail ?? 'The server is not responding. Try again in a moment.'
}
