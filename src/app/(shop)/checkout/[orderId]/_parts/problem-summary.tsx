'use client'
import { useEffect, useRef } from 'react'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { type CardErrors, FIELDS } from './card'
import type { Words } from './words'

/**
 * What is wrong, on top of the form: it takes focus after a submit that failed and after a payment that ended, and leads to the fields.
 * @param turn grows with each failed submit, so that the same error takes focus again
 */
export function ProblemSummary({ errors, words, turn }: { errors: CardErrors; words: Words | null; turn: number }) {
  const box = useRef<HTMLDivElement>(null)
  const fields = FIELDS.filter((field) => errors[field])
  const listed = turn > 0 && fields.length > 0
  const title = listed ? 'There is a problem' : words?.title

  // biome-ignore lint/correctness/useExhaustiveDependencies: focus moves at a failed submit and at an end, not while errors are being mended
  useEffect(() => {
    if (title) box.current?.focus()
  }, [turn, words])
  useEffect(() => {
    const plain = document.title.replace(/^Error: /, '')
    document.title = title ? `Error: ${plain}` : plain
  }, [title])

  if (!title) return null
  return (
    <div ref={box} tabIndex={-1} className="flex gap-3 rounded-md border border-bad/40 bg-bad-soft px-4 py-3.5">
      <Icon name="warn" className="mt-[3px] shrink-0 text-bad" />
      <div className="min-w-0">
        <h2 className="font-semibold text-bad text-sm">{title}</h2>
        {listed ? (
          <ul className="mt-1 flex flex-col gap-1 text-sm">
            {fields.map((field) => (
              <li key={field}>
                <a href={`#${field}`} className="text-ink underline decoration-ink-3/50 underline-offset-2 hover:decoration-ink" onClick={focusField}>
                  {errors[field]}
                </a>
              </li>
            ))}
          </ul>
        ) : (
          <>
            <p className="mt-0.5 text-ink-2 text-sm">{words?.body}</p>
            {words?.reload && (
              <Button className="mt-3" onClick={() => location.reload()}>
                Reload this page
              </Button>
            )}
          </>
        )}
      </div>
    </div>
  )
}

function focusField(event: React.MouseEvent<HTMLAnchorElement>) {
  event.preventDefault()
  document.getElementById(event.currentTarget.hash.slice(1))?.focus()
}
