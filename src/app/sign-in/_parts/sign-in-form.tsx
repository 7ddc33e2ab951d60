'use client'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { askPasskey, canUsePasskeys, PasskeyProblem } from '@/app/_passkey/passkey'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'
import { type SignInStep, sendCode, sendPasskey, sendPassword } from './sign-in-request'

/** Email and password, then the code of who has a second factor; or a passkey alone. */
export function SignInForm({ next }: { next: string }) {
  const [asks, setAsks] = useState<'password' | 'code'>('password')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [passkeys, setPasskeys] = useState(false)
  const summary = useRef<HTMLDivElement>(null)
  // After the first render, which is the server's: it does not know the browser.
  useEffect(() => setPasskeys(canUsePasskeys()), [])
  useEffect(() => {
    if (asks === 'code') document.getElementById('code')?.focus()
  }, [asks])

  const run = async (step: () => Promise<SignInStep>) => {
    if (busy) return
    setBusy(true)
    setProblem(null)
    const end = await step().catch((error): SignInStep => {
      if (error instanceof PasskeyProblem) return { kind: 'refused', problem: error.message, over: false }
      throw error
    })
    if (end.kind === 'signed-in') return window.location.assign(next)
    setBusy(false)
    if (end.kind === 'second-factor') return setAsks('code')
    if (end.over) setAsks('password')
    setProblem(end.problem)
    requestAnimationFrame(() => summary.current?.focus())
  }

  return (
    <div className="flex flex-col gap-4">
      <div ref={summary} tabIndex={-1} role="alert" className="outline-none empty:hidden">
        {problem && (
          <Banner tone="bad" title="You are not signed in">
            {problem}
          </Banner>
        )}
      </div>
      {asks === 'password' ? (
        <PasswordStep
          busy={busy}
          onSend={(email, password) => void run(() => sendPassword(email, password))}
        />
      ) : (
        <CodeStep busy={busy} onSend={(code) => void run(() => sendCode(code))} />
      )}
      {passkeys && (
        <Button size="lg" busy={busy} onClick={() => void run(() => sendPasskey(askPasskey))}>
          Use a passkey
        </Button>
      )}
      {asks === 'code' && (
        <Button
          variant="ghost"
          onClick={() => {
            setProblem(null)
            setAsks('password')
          }}
        >
          Begin again
        </Button>
      )}
    </div>
  )
}

/** `method` and `action` keep the password out of the address bar if the script has not loaded yet. */
function PasswordStep({ busy, onSend }: { busy: boolean; onSend(email: string, password: string): void }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    onSend(String(form.get('email')), String(form.get('password')))
  }
  return (
    <form
      method="post"
      action="/api/auth/sign-in/email"
      onSubmit={submit}
      noValidate
      className="flex flex-col gap-4"
    >
      <TextField
        id="email"
        name="email"
        type="email"
        label="Email"
        autoComplete="username"
        required
        spellCheck={false}
        autoCapitalize="off"
      />
      <TextField
        id="password"
        name="password"
        type="password"
        label="Password"
        autoComplete="current-password"
        required
      />
      <Button type="submit" variant="primary" size="lg" busy={busy}>
        {busy ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  )
}

function CodeStep({ busy, onSend }: { busy: boolean; onSend(code: string): void }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    onSend(String(new FormData(event.currentTarget).get('code')).trim())
  }
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <TextField
        id="code"
        name="code"
        label="Code"
        hint="The 6 digits of your authenticator app, or one of your recovery codes."
        autoComplete="one-time-code"
        autoCapitalize="characters"
        spellCheck={false}
        required
      />
      <Button type="submit" variant="primary" size="lg" busy={busy}>
        {busy ? 'Signing in…' : 'Confirm'}
      </Button>
    </form>
  )
}
