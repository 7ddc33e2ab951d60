'use client'
import { type FormEvent, useRef, useState } from 'react'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'

const PROBLEMS: Record<number, string> = {
  400: 'Enter your email address and password.',
  401: 'The email address or the password is wrong.',
  429: 'Too many attempts. Wait a minute, then try again.',
}

/** Email and password. `method` and `action` keep the password out of the address bar if the script has not loaded yet. */
export function SignInForm({ next }: { next: string }) {
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const summary = useRef<HTMLDivElement>(null)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    const status = await signIn(new FormData(event.currentTarget))
    if (status === 200) return window.location.assign(next)
    setProblem(PROBLEMS[status] ?? 'The server is not responding. Try again in a moment.')
    setBusy(false)
    requestAnimationFrame(() => summary.current?.focus())
  }

  return (
    <form
      method="post"
      action="/api/auth/sign-in/email"
      onSubmit={submit}
      noValidate
      className="flex flex-col gap-4"
    >
      <div ref={summary} tabIndex={-1} role="alert" className="outline-none empty:hidden">
        {problem && (
          <Banner tone="bad" title="You are not signed in">
            {problem}
          </Banner>
        )}
      </div>
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

/** The HTTP status of the answer; 0: no answer. */
async function signIn(form: FormData): Promise<number> {
  const body = JSON.stringify({ email: form.get('email'), password: form.get('password') })
  try {
    return (
      await fetch('/api/auth/sign-in/email', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
    ).status
  } catch {
    return 0
  }
}
