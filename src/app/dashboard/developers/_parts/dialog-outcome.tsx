'use client'
import { useEffect, useRef } from 'react'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { SecretOnce } from '../../_parts/secret-once'
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
          <SecretOnce secret={what.token} word="key" variable="PAYONCE_API_KEY" onGone={onGone} />
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
