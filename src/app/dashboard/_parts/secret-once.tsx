'use client'
import { useState } from 'react'
import { Button, buttonClass } from '@/ui/button'
import { Icon } from '@/ui/icon'

/**
 * A secret that is shown once, with the ways to keep it.
 * @param word for it, as on the button that copies it
 * @param variable of the `.env` file that is offered
 */
export function SecretOnce({
  secret,
  word,
  variable,
  onGone,
}: {
  secret: string
  word: string
  variable: string
  onGone(): void
}) {
  const [copied, setCopied] = useState(false)
  const copy = () => {
    navigator.clipboard?.writeText(secret).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <>
      <code className="mt-3 block select-all rounded-md border border-line bg-surface px-3 py-2 font-mono text-ink text-xs leading-5 [overflow-wrap:anywhere]">
        {secret}
      </code>
      <p className="mt-3 flex flex-wrap items-center gap-2">
        <Button variant="primary" size="sm" onClick={copy}>
          <Icon name={copied ? 'check' : 'copy'} size={14} /> Copy {word}
        </Button>
        <a
          className={buttonClass('secondary', 'sm')}
          download=".env"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${variable}=${secret}\n`)}`}
        >
          Download .env
        </a>
        <Button size="sm" onClick={onGone}>
          I have saved it
        </Button>
        <span role="status">{copied ? 'Copied.' : ''}</span>
      </p>
    </>
  )
}
