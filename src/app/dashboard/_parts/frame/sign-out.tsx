'use client'
import { LogOut } from 'lucide-react'

/** @param name read out, where no name stands beside the button */
export function SignOut({ name }: { name?: string }) {
  const leave = async () => {
    await fetch('/api/auth/sign-out', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    }).catch(() => undefined)
    window.location.assign('/sign-in')
  }
  return (
    <button
      type="button"
      onClick={leave}
      title="Sign out"
      className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-3 hover:bg-muted hover:text-ink"
    >
      <span className="sr-only">Sign out{name ? ` (${name})` : ''}</span>
      <LogOut aria-hidden="true" size={15} strokeWidth={1.75} />
    </button>
  )
}
