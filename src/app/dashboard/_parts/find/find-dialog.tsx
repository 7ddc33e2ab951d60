'use client'
import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { Icon } from '@/ui/icon'
import { api, type FoundItem } from '../api'
import { Dialog } from '../dialog/dialog'
import { placesFor } from '../frame/navigation'
import type { Viewer } from '../frame/viewer'
import { FindList } from './find-list'
import { type FindOption, findGroups } from './options'

/** Shorter texts are only compared with the names of pages. */
const ASK_FROM = 3
/** Typing rests for so long, in ms, before the server is asked. */
const REST_MS = 150
const NONE: FoundItem[] = []

/** A text box with a list of where it leads (the combobox of the ARIA Authoring Practices). */
export function FindDialog({
  viewer,
  onClose,
  onGo,
}: {
  viewer: Viewer
  onClose(): void
  onGo(href: string): void
}) {
  return (
    <Dialog title="Find" onClose={onClose}>
      {(close) => (
        <Finder
          viewer={viewer}
          onGo={(href, apart) => {
            if (apart) return void window.open(href)
            close()
            onGo(href)
          }}
        />
      )}
    </Dialog>
  )
}

function Finder({ viewer, onGo }: { viewer: Viewer; onGo(href: string, apart: boolean): void }) {
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  /** Enter came before the answer: an id that was pasted leads to its page as soon as it is known. */
  const [goWhenFound, setGoWhenFound] = useState(false)
  const listId = useId()
  const input = useRef<HTMLInputElement>(null)
  const { found, state } = useFound(text.trim())
  const groups = findGroups(text, placesFor(viewer), found)
  const options = groups.flatMap((group) => group.options)
  const chosen = Math.min(active, options.length - 1)

  useEffect(() => input.current?.focus(), [])
  useEffect(() => {
    if (!goWhenFound || state === 'asking') return
    setGoWhenFound(false)
    const [only] = options
    if (found.length === 1 && only) onGo(only.href, false)
  }, [goWhenFound, state, found, options, onGo])

  const type = (next: string) => {
    setText(next)
    setActive(0)
    setGoWhenFound(false)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && options.length > 0) {
      event.preventDefault()
      setActive((chosen + step + options.length) % options.length)
    }
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
    event.preventDefault()
    if (state === 'asking' && active === 0) return setGoWhenFound(true)
    const option = options[chosen]
    if (option) onGo(option.href, event.metaKey || event.ctrlKey)
  }
  return (
    <div className="flex max-h-[min(32rem,calc(100dvh-6rem))] flex-col">
      <div className="relative border-line border-b px-4 py-3 sm:px-5">
        <Icon
          name="search"
          className="pointer-events-none absolute top-1/2 left-7 -translate-y-1/2 text-ink-3 sm:left-8"
        />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label="Find"
          aria-expanded={options.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          {...(options.length > 0 ? { 'aria-activedescendant': `${listId}-${chosen}` } : {})}
          autoComplete="off"
          spellCheck={false}
          maxLength={500}
          placeholder="Id, receipt link, key, bank’s reference, or a page"
          value={text}
          onChange={(event) => type(event.target.value)}
          onKeyDown={onKeyDown}
          className="h-10 w-full rounded-md border border-edge bg-surface pr-3 pl-9 text-base text-ink placeholder:text-ink-3 sm:text-sm"
        />
      </div>
      <FindList
        id={listId}
        groups={groups}
        chosen={chosen}
        onPoint={setActive}
        onChoose={(option: FindOption, apart) => onGo(option.href, apart)}
      />
      <p role="status" className="border-line border-t px-4 py-2.5 text-ink-3 text-xs sm:px-5">
        {STATES[state](found.length)}
      </p>
    </div>
  )
}

type FindState = 'idle' | 'asking' | 'answered' | 'failed'

const STATES: Record<FindState, (found: number) => string> = {
  idle: () => 'Paste what you have: the id may be shortened, the link may be of a receipt.',
  asking: () => 'Looking…',
  answered: (found) =>
    found === 0
      ? 'No payment, refund, order, posting or key of yours has this name. The searches below look into e-mail addresses, references and cards.'
      : found === 1
        ? 'One found. Enter opens it, Ctrl Enter in a tab of its own.'
        : `${found} found.`,
  failed: () => 'The server did not answer, so nothing was looked up. Type again to retry.',
}

/** What the server knows by this text. An answer is shown for the very text that it is of, never for the one before. */
function useFound(text: string): { found: FoundItem[]; state: FindState } {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST_MS)
    return () => clearTimeout(timer)
  }, [text])
  const enabled = text.length >= ASK_FROM
  const { data, isError } = useQuery({
    queryKey: ['find', rested],
    queryFn: () => api.find.pasted.query({ text: rested }),
    enabled: enabled && rested === text,
  })
  if (!enabled) return { found: NONE, state: 'idle' }
  if (rested !== text) return { found: NONE, state: 'asking' }
  if (data) return { found: data.found, state: 'answered' }
  return { found: NONE, state: isError ? 'failed' : 'asking' }
}
