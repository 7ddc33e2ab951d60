'use client'
import { useEffect, useRef, useState } from 'react'
import { Banner } from '@/ui/banner'
import { Button, buttonClass } from '@/ui/button'

/** Recovery codes, shown here only, until the banner is dismissed. */
export function RecoveryCodes({ codes, onGone }: { codes: string[]; onGone(): void }) {
  const ref = useRef<HTMLDivElement>(null)
  const [copied, setCopied] = useState(false)
  useEffect(() => ref.current?.focus(), [])
  const text = `${codes.join('\n')}\n`
  const copy = () => {
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <div ref={ref} tabIndex={-1} className="mb-4 rounded-md">
      <Banner tone="ok" title="Your recovery codes: keep them now">
        <p>
          They are shown only once. Each signs you in once, in place of your second factor. Keep them where
          your phone is not.
        </p>
        <ul className="mt-3 grid select-all gap-x-6 gap-y-1 rounded-md border border-line bg-surface px-3 py-2 font-mono text-ink text-xs leading-5 sm:grid-cols-2">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <div className="mt-3 flex flex-wrap gap-2">
          <Button size="sm" onClick={copy}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
          <a
            className={buttonClass('secondary', 'sm')}
            href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
            download="payonce-recovery-codes.txt"
          >
            Download
          </a>
          <Button size="sm" variant="primary" onClick={onGone}>
            I’ve saved them
          </Button>
        </div>
      </Banner>
    </div>
  )
}
