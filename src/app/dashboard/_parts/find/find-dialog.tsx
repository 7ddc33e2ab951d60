'use client'
import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { isLongEnough, SEARCH_MIN } from '@/lib/search-text'
import { Icon } from '@/ui/icon'
import { api, type FoundData } from '../api'
import { Dialog } from '../dialog/dialog'
import { placesFor } from '../frame/navigation'
import type { Viewer } from '../frame/viewer'
import { formatCount } from '../words'
import { FindList } from './find-list'
import { type FindOption, findGroups } from './options'

/** Typing rests for so long, in ms, before the server is asked. */
const REST_MS = 150
const NOTHING: FoundData = { found: [], moreWords: false, amounts: [], codesTried: null }

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
  const { answer, state } = useFound(text.trim())
  const { found } = answer
  const groups = findGroups(text, placesFor(viewer), answer)
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
          placeholder="Id, amount, e-mail, last four, reference, receipt…"
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
        {STATES[state](answer)}
      </p>
    </div>
  )
}

type FindState = 'idle' | 'short' | 'asking' | 'answered' | 'failed'

const STATES: Record<FindState, (answer: FoundData) => string> = {
  idle: () =>
    'Paste what you have: an id, also shortened, a receipt’s link or code, a key; or type an amount, an e-mail address, four digits of a card.',
  short: () => `Type at least ${SEARCH_MIN} characters to find more than pages and keys.`,
  asking: () => 'Looking…',
  answered: ({ found, codesTried }) =>
    found.length === 0
      ? `Nothing of yours has this name, text or amount.${codesTried === null ? '' : ` A receipt’s code is looked for among your newest ${formatCount(codesTried)} payments.`}`
      : found.length === 1
        ? 'One found. Enter opens it, Ctrl Enter in a tab of its own.'
        : `${found.length} found. The arrow keys choose.`,
  failed: () => 'The server did not answer, so nothing was looked up. Type again to retry.',
}

/** What the server knows by this text. An answer is shown for the very text that it is of, never for the one before. */
function useFound(text: string): { answer: FoundData; state: FindState } {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST_MS)
    return () => clearTimeout(timer)
  }, [text])
  // Shorter texts are only compared with the names of pages.
  const enabled = isLongEnough(text)
  const { data, isError } = useQuery({
    queryKey: ['find', rested],
    queryFn: () => api.find.pasted.query({ text: rested }),
    enabled: enabled && rested === text,
  })
  if (!enabled) return { answer: NOTHING, state: text === '' ? 'idle' : 'short' }
  if (rested !== text) return { answer: NOTHING, state: 'asking' }
  if (data) return { answer: data, state: 'answered' }
  return { answer: NOTHING, state: isError ? 'failed' : 'asking' }
}
