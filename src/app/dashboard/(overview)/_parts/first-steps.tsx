'use client'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { cx } from '@/ui/cx'
import { Icon } from '@/ui/icon'
import { LINK } from '@/ui/nav'
import { CodeBlock } from '../../../docs/_parts/code-block'
import { firstPaymentCommand, keyCommand } from '../../../docs/_parts/first-payment'
import { api, type FirstStepsData } from '../../_parts/api'
import { useLive } from '../../_parts/live/live-query'
import { EnterSample } from '../../_parts/sample/enter-sample'
import { allDone, DISMISSED, FIRST_STEPS_COOKIE } from './first-steps-state'

/** 5 s: a repeat of a payment makes no hint, and whoever tries it waits for the tick. */
const REPEATS_MS = 5_000

/**
 * What to try first. Each step is ticked from the database, whoever did it and wherever.
 * @param token of the demo's API key, for the command; null: the reader puts in their own
 */
export function FirstSteps({
  initial,
  token,
  onDismiss,
}: {
  initial: FirstStepsData
  token: string | null
  onDismiss(): void
}) {
  const query = useLive(
    ['first-steps'],
    async () => (await api.payments.firstSteps.query()) ?? initial,
    initial,
    { on: ['payments', 'acts'], everyMs: REPEATS_MS },
  )
  const steps = query.data ?? initial
  const { apiKey, paid, repeated, baseUrl } = steps
  const done = allDone(steps)
  const dismiss = () => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
    document.cookie = `${FIRST_STEPS_COOKIE}=${DISMISSED}; path=/dashboard; max-age=31536000; samesite=lax`
    document.querySelector('h1')?.focus()
    onDismiss()
  }
  return (
    <Card>
      <CardHeader
        title="First steps"
        note={done ? 'All three are done.' : 'Each is ticked when the database shows that it was done.'}
        actions={
          <Button size="sm" onClick={dismiss}>
            {done ? 'Close' : 'Dismiss'}
            <span className="sr-only"> the first steps</span>
          </Button>
        }
      />
      <ol className="divide-y divide-line">
        <Step number={1} title="Create an API key" done={apiKey !== null}>
          {apiKey ? (
            <>
              <span className="font-medium text-ink">{apiKey.name}</span>{' '}
              <span className="font-mono text-xs [overflow-wrap:anywhere]">{apiKey.hint}</span> works. Others
              are made under{' '}
            </>
          ) : (
            'A program needs one to call the API. Make it under '
          )}
          <Link prefetch={false} className={LINK} href="/dashboard/developers">
            Developers
          </Link>
          .
        </Step>
        <Step number={2} title="Send the first payment" done={paid}>
          {/* It stays when it is done: step 3 sends it again, and a button that has just been pressed keeps the focus. */}
          <p>
            {token
              ? 'Set the demo’s API key in a terminal.'
              : 'Set your API key in a terminal; npm start prints the demo’s at its end.'}
          </p>
          <CodeBlock text={keyCommand(token)} copy="the command that keeps the API key" />
          <p className="mt-3">Then pay 24.00 EUR with a test card.</p>
          <CodeBlock text={firstPaymentCommand(baseUrl)} copy="the command of a first payment" />
          {paid && (
            <p className="mt-3">It is in the list of payments; once it has succeeded, in the ledger too.</p>
          )}
        </Step>
        <Step number={3} title="Try to be charged twice" done={repeated}>
          <p className="max-w-[80ch]">
            Send the same command again, or{' '}
            <Link className={LINK} href="/">
              buy something in the shop
            </Link>{' '}
            and press Pay as often as you like. Each repeat of a charged payment is counted as a prevented
            duplicate.{' '}
            <a className={LINK} href="/learn">
              Why that works
            </a>
            . Then kill real servers in the{' '}
            <a className={LINK} href="/lab">
              fault lab
            </a>
            .
          </p>
        </Step>
      </ol>
      <EnterSample />
      <p role="status" className="sr-only">
        {done ? 'All first steps are done.' : ''}
      </p>
    </Card>
  )
}

/** One step with its mark: its number, or a tick. */
function Step({
  number,
  title,
  done,
  children,
}: {
  number: number
  title: string
  done: boolean
  children: ReactNode
}) {
  return (
    <li className="flex gap-3 px-4 py-3.5 sm:px-5">
      <span
        aria-hidden="true"
        className={cx(
          'mt-px inline-flex size-5 shrink-0 items-center justify-center rounded-full border font-medium text-2xs',
          done ? 'border-ok text-ok' : 'border-edge text-ink-2',
        )}
      >
        {done ? <Icon name="check" size={12} /> : number}
      </span>
      <div className="min-w-0 flex-1 text-ink-2 text-ui">
        <h3 className="font-medium text-ink text-sm">
          {title}
          <span className="sr-only">{done ? ', done' : ', not done yet'}</span>
        </h3>
        <div className="mt-0.5">{children}</div>
      </div>
    </li>
  )
}
