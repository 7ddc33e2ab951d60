'use client'
import { useEffect, useState } from 'react'
import { Button } from '@/ui/button'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { CodeBlock } from '../../../../../docs/_parts/code-block'
import type { RequestData } from '../../../../_parts/api'
import { curlOf, isKeyMasked, isMasked } from '../../_parts/curl'

/** The request as a command for a terminal. */
export function CurlCard({ request }: { request: RequestData }) {
  const keyed = request.idempotencyKey !== null
  const knownKey = keyed && !isKeyMasked(request)
  const [key, setKey] = useState<'same' | 'new'>(knownKey ? 'same' : 'new')
  const command = curlOf(request, key)
  return (
    <Card>
      <CardHeader
        title="As curl"
        note="The API key is that of your terminal, in PAYONCE_API_KEY."
        actions={<Copy text={command} />}
      />
      <CardBody className="text-ink-2 text-ui">
        {keyed && (
          <fieldset className="flex flex-col gap-2">
            <legend className="sr-only">Idempotency key of the command</legend>
            {knownKey ? (
              <Choice here={key} value="same" choose={setKey} word="The same key">
                A repeat: under this key, whatever was asked for takes effect at most once.
              </Choice>
            ) : (
              <p>
                This idempotency key is masked in the log, so the command cannot repeat it. Put your own key
                in its place: with any other key the request may charge or refund again.
              </p>
            )}
            <Choice here={key} value="new" choose={setKey} word="A new key">
              A request of its own: it may charge or refund again.
            </Choice>
          </fieldset>
        )}
        <CodeBlock text={command} />
        {isMasked(request) && (
          <p className="mt-2">
            {request.requestBody === null
              ? 'The body was not kept: put it into the file body.json.'
              : 'Put your own values in place of the masked ones.'}
            {keyed &&
              key === 'same' &&
              ' Under the same key, any other body than the first is refused with 422.'}
          </p>
        )}
      </CardBody>
    </Card>
  )
}

function Choice({
  here,
  value,
  choose,
  word,
  children,
}: {
  here: string
  value: 'same' | 'new'
  choose(value: 'same' | 'new'): void
  word: string
  children: React.ReactNode
}) {
  return (
    <label className="flex gap-2">
      <input
        type="radio"
        name="curl-key"
        className="mt-1 size-4 shrink-0 accent-[var(--color-accent)]"
        checked={here === value}
        onChange={() => choose(value)}
      />
      <span>
        <span className="block font-medium text-ink">{word}</span>
        <span>{children}</span>
      </span>
    </label>
  )
}

function Copy({ text }: { text: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1_500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () =>
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  return (
    <Button size="sm" onClick={() => void copy()}>
      <span aria-live="polite">{copied ? 'Copied' : 'Copy as curl'}</span>
    </Button>
  )
}
