'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { TextField } from '@/ui/field'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import { ActorName } from '../../../_parts/actor-name'
import { api } from '../../../_parts/api'
import { useSubmitOnce } from '../../../_parts/dialog/use-submit-once'
import { NeedsRole, useMay } from '../../../_parts/frame/by-role'
import { useLive } from '../../../_parts/live/live-query'

export const NOTE_FIELD = 'payment-note'

/** What operators have noted on this payment. */
export function NotesCard({ payment }: { payment: string }) {
  const { data, refetch } = useLive(['notes', payment], () => api.notes.list.query({ payment }), undefined, {
    on: ['acts'],
  })
  const notes = data?.notes ?? []
  return (
    <Card>
      <CardHeader title="Notes" note="For your team. A note cannot be changed later; no customer sees it." />
      {useMay('support') ? (
        <NoteForm payment={payment} onDone={() => void refetch()} />
      ) : (
        <div className="border-line border-b px-4 py-2.5 sm:px-5">
          <NeedsRole needs="support" what="Write a note" />
        </div>
      )}
      <ul className="divide-y divide-line">
        {notes.map(({ id, text, by, createdAt }) => (
          <li key={id} className="flex flex-col gap-1 px-4 py-2.5 text-ui sm:px-5">
            <Verbatim>{text}</Verbatim>
            <span className="text-ink-3 text-xs">
              <ActorName by={by} />, <Timestamp at={createdAt} seconds={false} />
            </span>
          </li>
        ))}
        {data && notes.length === 0 && <li className="px-4 py-2.5 text-ink-3 text-ui sm:px-5">None yet</li>}
      </ul>
    </Card>
  )
}

function NoteForm({ payment, onDone }: { payment: string; onDone(): void }) {
  const [text, setText] = useState('')
  const [newId, setNewId] = useState(() => crypto.randomUUID())
  const [tried, setTried] = useState(false)
  const act = useSubmitOnce(
    () => api.notes.add.mutate({ payment, newId, text: text.trim() }),
    () => {
      setText('')
      setTried(false)
      setNewId(crypto.randomUUID())
      onDone()
    },
  )
  return (
    <form
      noValidate
      className="flex flex-col gap-2 border-line border-b px-4 py-3 sm:px-5"
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (text.trim() !== '') act.press()
      }}
    >
      <TextField
        id={NOTE_FIELD}
        size="dense"
        label="New note"
        hint="Never a card number."
        maxLength={1_000}
        autoComplete="off"
        value={text}
        onChange={(event) => setText(event.target.value)}
        error={tried && text.trim() === '' ? 'Write something first' : undefined}
      />
      <span className="flex flex-wrap items-center gap-3">
        <Button type="submit" size="sm" busy={act.busy}>
          Add the note
        </Button>
        <span role="status" className="text-ink-2 text-ui empty:sr-only">
          {act.failure}
        </span>
      </span>
    </form>
  )
}
