'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { CopyId } from '@/ui/copy-id'
import { Money } from '@/ui/money'
import { Timestamp } from '@/ui/timestamp'
import type { ParkedCaseData, ResolutionData } from '../api'
import { ProposeDialog } from './propose-dialog'
import { endWords, KIND_WORDS } from './words'

/** What is parked: what is known of each, and the ends that are safe. `waits`: an end is proposed already. */
export function ParkedCases({
  cases,
  waits,
  mayPropose,
  onChange,
}: {
  cases: readonly ParkedCaseData[]
  waits(subject: string): boolean
  mayPropose: boolean
  onChange(): void
}) {
  const [open, setOpen] = useState<{ parked: ParkedCaseData; ending: ResolutionData['ending'] } | null>(null)
  return (
    <>
      <ul className="divide-y divide-line">
        {cases.map((parked) => (
          <li key={parked.subject} className="flex flex-col gap-2 px-4 py-3 text-ui sm:px-5">
            <span className="flex flex-wrap items-center justify-between gap-x-3">
              <span className="font-medium">{KIND_WORDS[parked.kind]}</span>
              <Money minor={parked.amount} currency={parked.currency} className="font-medium" />
            </span>
            <span className="flex flex-wrap items-center gap-x-2 text-ink-3 text-xs">
              <CopyId id={parked.subject} /> since <Timestamp at={parked.since} seconds={false} />
              {parked.reason && <span className="break-words">{parked.reason}</span>}
            </span>
            {parked.kind === 'payment' && <ListedCharges charges={parked.charges} />}
            {waits(parked.subject) ? (
              <p className="text-ink-2">An end is proposed: it waits for another admin.</p>
            ) : mayPropose ? (
              <span className="flex flex-wrap gap-2">
                {parked.endings.map(({ ending }) => (
                  <Button key={ending} size="sm" onClick={() => setOpen({ parked, ending })}>
                    {endWords(parked.kind, ending).act}
                  </Button>
                ))}
              </span>
            ) : (
              <p className="text-ink-3">Two admins can end this by the bank’s statement.</p>
            )}
          </li>
        ))}
      </ul>
      {open && <ProposeDialog {...open} onDone={onChange} onClose={() => setOpen(null)} />}
    </>
  )
}

function ListedCharges({ charges }: { charges: ParkedCaseData['charges'] }) {
  if (charges.length === 0)
    return <p className="text-ink-2">Our copy of the bank’s list shows no charge under its key.</p>
  return (
    <p className="text-ink-2">
      The bank’s list shows{' '}
      {charges.map(({ ref, amount, currency }) => (
        <span key={ref}>
          <Money minor={amount} currency={currency} /> <CopyId id={ref} />{' '}
        </span>
      ))}
    </p>
  )
}
