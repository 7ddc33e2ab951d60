'use client'
import { useEffect, useRef, useState } from 'react'
import { Banner } from '@/ui/banner'
import { Button, buttonClass } from '@/ui/button'
import { Icon } from '@/ui/icon'
import type { DialogResult } from './dialog-result'

/** The result of a dialog. A new key's token is shown here only, until the banner is dismissed. */
export function DialogOutcome({ done: { what, name }, onGone }: { done: DialogResult; onGone(): void }) {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => ref.current?.focus(), [])
  return (
    <div ref={ref} tabIndex={-1} className="mb-4 rounded-md">
      {what.outcome === 'made' ? (
        <Banner tone="ok" title={`Your new key for “${name}”: copy it now`}>
          <p>It is shown only once. We store a hash, from which it cannot be restored.</p>
          <Token token={what.token} onGone={onGone} />
        </Banner>
      ) : (
        <Banner
          tone={OUTCOMES_WITHOUT_TOKEN[what.outcome].tone}
          title={`“${name}”: ${OUTCOMES_WITHOUT_TOKEN[what.outcome].title}`}
          actions={<Button onClick={onGone}>Understood</Button>}
        >
          {OUTCOMES_WITHOUT_TOKEN[what.outcome].body}
        </Banner>
      )}
    </div>
  )
}

const OUTCOMES_WITHOUT_TOKEN = {
  revoked: { tone: 'ok', title: 'revoked', body: 'Every program that uses it gets 401 from now on.' },
  before: {
    tone: 'warn',
    title: 'created by an earlier press, whose answer was lost',
    body: 'Its token was never shown and cannot be shown now. Revoke the key and create another one.',
  },
  ended: {
    tone: 'warn',
    title: 'nothing was changed',
    body: 'This key has ended or was already rotated. The list below is current.',
  },
} as const

function Token({ token, onGone }: { token: string; onGone(): void }) {
  const [copied, setCopied] = useState(false)
  const copy = () => {
    navigator.clipboard?.writeText(token).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <>
      <code className="mt-3 block select-all rounded-md border border-line bg-surface px-3 py-2 font-mono text-ink text-xs leading-5 [overflow-wrap:anywhere]">
        {token}
      </code>
      <p className="mt-3 flex flex-wrap items-center gap-2">
        <Button variant="primary" size="sm" onClick={copy}>
          <Icon name={copied ? 'check' : 'copy'} size={14} /> Copy key
        </Button>
        <a
          className={buttonClass('secondary', 'sm')}
          download=".env"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(`PAYONCE_API_KEY=${token}\n`)}`}
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
