'use client'
import { useEffect, useRef } from 'react'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { SecretOnce } from '../../_parts/secret-once'

/**
 * A secret that was made a moment ago.
 * @param secret null: it was made more than a day ago by this very request, and can be shown no more
 */
export function SecretShown({ url, secret, onGone }: { url: string; secret: string | null; onGone(): void }) {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => ref.current?.focus(), [])
  return (
    <div ref={ref} tabIndex={-1} className="mb-4 rounded-md">
      {secret === null ? (
        <Banner tone="warn" title="It was done before" actions={<Button onClick={onGone}>Understood</Button>}>
          Its secret can be shown no more. Rotate it for a new one.
        </Banner>
      ) : (
        <Banner tone="ok" title="Copy the signing secret now">
          <p>
            It is shown only once. Your server verifies by it what comes to{' '}
            <span className="[overflow-wrap:anywhere]">{url}</span>.
          </p>
          <SecretOnce secret={secret} word="secret" variable="PAYONCE_WEBHOOK_SECRET" onGone={onGone} />
        </Banner>
      )}
    </div>
  )
}
