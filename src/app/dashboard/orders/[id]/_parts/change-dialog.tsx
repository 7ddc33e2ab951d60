'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { Field, TextField } from '@/ui/field'
import { Icon } from '@/ui/icon'
import { Money } from '@/ui/money'
import { api, type OrderData } from '../../../_parts/api'
import { Dialog, DialogFoot } from '../../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../../_parts/dialog/use-submit-once'
import { InstantInput } from '../../../_parts/list/instant-input'
import { type ChangeDraft, changesOf, draftOf, type LineDraft, newLine, sumOf } from './change-draft'

interface Props {
  order: OrderData
  onChange(): void
  onClose(): void
}

/** New items, and a time to pay, of an open order. */
export function ChangeDialog({ order, onChange, onClose }: Props) {
  return (
    <Dialog title="Change this order" onClose={onClose}>
      {(close) => (
        <ChangeForm
          order={order}
          onDone={() => {
            onChange()
            close()
          }}
          onCancel={close}
        />
      )}
    </Dialog>
  )
}

function ChangeForm({ order, onDone, onCancel }: { order: OrderData; onDone(): void; onCancel(): void }) {
  const { id, version, currency } = order
  const [draft, setDraft] = useState(() => draftOf(order))
  // One key for one wish: a repeat after a lost answer is the same change, an edited form is another one.
  const [key, setKey] = useState(() => crypto.randomUUID())
  const [tried, setTried] = useState(false)
  const changes = changesOf(draft, order)
  const act = useSubmitOnce(
    () => api.orders.change.mutate({ id, version, key, ...('wrong' in changes ? {} : changes) }),
    onDone,
  )
  const edit = (next: Partial<ChangeDraft>) => {
    setDraft({ ...draft, ...next })
    setKey(crypto.randomUUID())
  }
  const setLine = (at: number, line: LineDraft | null) =>
    edit({ lines: draft.lines.flatMap((old, index) => (index === at ? (line ? [line] : []) : [old])) })
  const wrong = tried && 'wrong' in changes ? changes.wrong : null
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (!('wrong' in changes)) act.press()
      }}
    >
      <div className="flex flex-col gap-4 px-4 py-4 sm:px-5">
        {draft.lines.map((line, index) => (
          <LineFields
            key={line.id}
            line={line}
            place={index + 1}
            currency={currency}
            onEdit={(next) => setLine(index, next)}
            onRemove={draft.lines.length > 1 ? () => setLine(index, null) : null}
          />
        ))}
        <span>
          <Button size="sm" onClick={() => edit({ lines: [...draft.lines, newLine()] })}>
            Add an item
          </Button>
        </span>
        <Field
          id="order-expiry"
          label="Expires"
          optional
          hint="From then on nobody can pay it. Empty: it does not expire."
        >
          <InstantInput
            id="order-expiry"
            value={draft.expiresAt}
            onChange={(expiresAt) => edit({ expiresAt })}
          />
        </Field>
        <p className="flex items-baseline justify-between border-line border-t pt-3 font-semibold text-sm">
          New total
          <span>
            {sumOf(draft, currency) === null ? (
              '—'
            ) : (
              <Money minor={sumOf(draft, currency) ?? 0} currency={currency} />
            )}
          </span>
        </p>
      </div>
      <DialogFoot status={act.failure ?? wrong}>
        <Button onClick={onCancel}>Keep it as it is</Button>
        <Button type="submit" variant="primary" busy={act.busy}>
          Change the order
        </Button>
      </DialogFoot>
    </form>
  )
}

function LineFields({
  line,
  place,
  currency,
  onEdit,
  onRemove,
}: {
  line: LineDraft
  place: number
  currency: string
  onEdit(line: LineDraft): void
  onRemove: (() => void) | null
}) {
  const field = (name: 'name' | 'quantity' | 'price') => ({
    id: `order-item-${place}-${name}`,
    size: 'dense' as const,
    autoComplete: 'off',
    value: line[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => onEdit({ ...line, [name]: event.target.value }),
  })
  return (
    <fieldset className="grid grid-cols-[minmax(0,1fr)_5rem_8rem_auto] items-end gap-2 max-sm:grid-cols-2">
      <legend className="sr-only">Item {place}</legend>
      <div className="max-sm:col-span-2">
        <TextField {...field('name')} label="Item" maxLength={200} />
      </div>
      <TextField {...field('quantity')} label="Quantity" inputMode="numeric" />
      <TextField {...field('price')} label="Price of one" inputMode="decimal" trailing={currency} />
      {onRemove ? (
        <Button variant="ghost" size="sm" onClick={onRemove}>
          <span className="sr-only">Remove item {place}</span>
          <Icon name="close" />
        </Button>
      ) : (
        <span />
      )}
    </fieldset>
  )
}
