'use client'
import { TRPCClientError } from '@trpc/client'
import { type FormEvent, useRef, useState } from 'react'
import { api } from '@/app/dashboard/_parts/api'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'

/** Name and password of the invited person. `method` keeps the password out of the address bar if the script has not loaded yet. */
export function JoinForm({ code, email }: { code: string; email: string }) {
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const summary = useRef<HTMLDivElement>(null)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    const form = new FormData(event.currentTarget)
    const person = { name: String(form.get('name')), password: String(form.get('password')) }
    try {
      await api.invitation.accept.mutate({ code, ...person })
      return window.location.assign('/sign-in')
    } catch (error) {
      const known = error instanceof TRPCClientError ? error.data?.idempotency : undefined
      setProblem(known?.detail ?? 'The server is not responding. Try again in a moment.')
    }
    setBusy(false)
    requestAnimationFrame(() => summary.current?.focus())
  }

  return (
    <form method="post" onSubmit={submit} noValidate className="flex flex-col gap-4">
      <div ref={summary} tabIndex={-1} role="alert" className="outline-none empty:hidden">
        {problem && (
          <Banner tone="bad" title="You have not joined yet">
            {problem}
          </Banner>
        )}
      </div>
      <TextField id="email" type="email" label="Email" autoComplete="username" value={email} readOnly />
      <TextField id="name" name="name" label="Your name" autoComplete="name" maxLength={100} required />
      <TextField
        id="password"
        name="password"
        type="password"
        label="New password"
        hint="At least 12 characters. Several words that do not belong together are good."
        autoComplete="new-password"
        required
      />
      <Button type="submit" variant="primary" size="lg" busy={busy}>
        {busy ? 'Joining…' : 'Join'}
      </Button>
    </form>
  )
}
