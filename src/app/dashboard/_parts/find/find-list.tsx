'use client'
import { useEffect, useRef } from 'react'
import { shorten } from '@/ui/copy-id'
import { cx } from '@/ui/cx'
import { Money } from '@/ui/money'
import { PaymentStatus } from '@/ui/status'
import { Timestamp } from '@/ui/timestamp'
import type { FoundItem } from '../api'
import type { FindGroup, FindOption } from './options'

/** The list under the find box. Focus stays in the box: the chosen line is named by `aria-activedescendant`. */
export function FindList({
  id,
  groups,
  chosen,
  onPoint,
  onChoose,
}: {
  id: string
  groups: FindGroup[]
  /** Place of the chosen option among all of them. */
  chosen: number
  onPoint(index: number): void
  onChoose(option: FindOption, apart: boolean): void
}) {
  const list = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another line is chosen
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [chosen, groups])
  let index = -1
  return (
    <div
      ref={list}
      id={id}
      role="listbox"
      aria-label="Where it leads"
      tabIndex={-1}
      className="min-h-0 flex-1 overflow-y-auto px-2 py-2 sm:px-3"
    >
      {groups.map((group) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of options, not of fields
        <div key={group.name} role="group" aria-label={group.name} className="mb-2 last:mb-0">
          <p aria-hidden="true" className="px-2 py-1 font-medium text-ink-3 text-xs">
            {group.name}
          </p>
          {group.options.map((option) => {
            index += 1
            const own = index
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the box has the keys
              <div
                key={option.href + option.title + (option.id ?? '')}
                id={`${id}-${own}`}
                role="option"
                tabIndex={-1}
                aria-selected={own === chosen}
                onPointerMove={() => own !== chosen && onPoint(own)}
                onClick={(event) => onChoose(option, event.metaKey || event.ctrlKey)}
                className={cx(
                  'flex min-h-9 cursor-pointer flex-wrap items-center gap-x-2 gap-y-0.5 rounded-md px-2 py-1.5 text-ui',
                  own === chosen && 'bg-muted forced-colors:outline',
                )}
              >
                <span className="min-w-0 break-words font-medium">{option.title}</span>
                {option.id && (
                  <span className="min-w-0 truncate font-mono text-ink-2 text-xs">
                    {shorten(option.id, 8, 4)}
                  </span>
                )}
                {option.why && <span className="text-ink-3 text-xs">{option.why}</span>}
                {option.found && <Facts found={option.found} />}
              </div>
            )
          })}
        </div>
      ))}
    </div>
  )
}

function Facts({ found: { amount, currency, status, note, kind, createdAt } }: { found: FoundItem }) {
  return (
    <span className="ml-auto flex flex-wrap items-center justify-end gap-x-2 text-ink-3 text-xs">
      {note && kind !== 'record' && <span className="max-w-40 truncate">{note}</span>}
      {amount !== null && currency && (
        <span className="text-ink">
          <Money minor={amount} currency={currency} />
        </span>
      )}
      {status && kind === 'payment' && <PaymentStatus status={status} />}
      <Timestamp at={createdAt} />
    </span>
  )
}
