'use client'
import { Button } from '@/ui/button'

/** An error while rendering a page. "Try again" reloads: Next's `reset` would render the same server error again. */
export default function PageError({ error }: { error: Error & { digest?: string } }) {
  return (
    <main className="mx-auto flex min-h-[70dvh] max-w-md flex-col justify-center px-4 py-20">
      <title>Error – Payonce</title>
      <h1 className="font-semibold text-2xl">This page could not be shown</h1>
      <p className="mt-2 text-ink-2">
        Something failed on our side. Opening this page changed nothing; you can try again.
      </p>
      <Button className="mt-6 self-start" onClick={() => location.reload()}>
        Try again
      </Button>
      {error.digest && <p className="mt-6 font-mono text-ink-3 text-xs">Reference: {error.digest}</p>}
    </main>
  )
}
