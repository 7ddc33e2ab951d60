'use client'
import { useState } from 'react'
import { minorOfText } from '@/lib/minor-of-text'
import { type Currency, EXPONENTS, formatMoney, MAX_PAYMENT_MINOR } from '@/lib/money'
import { Button } from '@/ui/button'
import { Field, SelectField, TextField } from '@/ui/field'
import { api, type ListedLink } from '../../_parts/api'
import { Dialog, DialogFoot } from '../../_parts/dialog/dialog'
import { InstantInput } from '../../_parts/list/instant-input'
import { useAct } from '../../webhooks/_parts/use-act'

const CURRENCIES = Object.keys(EXPONENTS) as Currency[]
const USES_MAX = 10_000

interface Draft {
  name: string
  amount: string
  currency: Currency
  maxUses: string
  endsAt: string | null
}

/** Asks what a link is for, and how long it takes orders. Links with several items are made by the API. */
export function CreateLinkDialog({ onDone, onClose }: { onDone(link: ListedLink): void; onClose(): void }) {
  const [draft, setDraft] = useState<Draft>({
    name: '',
    amount: '',
    currency: 'EUR',
    maxUses: '',
    endsAt: null,
  })
  const [tried, setTried] = useState(false)
  const set = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }))
  const wrong = wrongWith(draft)
  const act = useAct(askedBy(draft), ({ newId, ...link }) => api.links.create.mutate({ link, newId }), onDone)
  const { fields } = act
  const errorOf = (field: keyof Draft) => (tried ? wrong[field] : undefined) ?? fields[field]
  const submit = () => {
    setTried(true)
    const [first] = Object.keys(wrong)
    if (first) document.getElementById(`link-${first}`)?.focus()
    else act.press()
  }
  return (
    <Dialog title="Create a payment link" onClose={onClose}>
      {(close) => (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            submit()
          }}
        >
          <div className="flex flex-col gap-5 px-4 py-4 sm:px-5">
            <TextField
              id="link-name"
              size="dense"
              label="Name"
              hint="Shoppers read it as what they pay for."
              maxLength={100}
              autoComplete="off"
              value={draft.name}
              onChange={(event) => set({ name: event.target.value })}
              error={errorOf('name')}
            />
            <div className="grid grid-cols-[1fr_7rem] gap-3">
              <TextField
                id="link-amount"
                size="dense"
                label="Amount"
                inputMode="decimal"
                autoComplete="off"
                value={draft.amount}
                onChange={(event) => set({ amount: event.target.value })}
                error={errorOf('amount')}
              />
              <SelectField
                id="link-currency"
                size="dense"
                label="Currency"
                value={draft.currency}
                onChange={(event) => set({ currency: event.target.value as Currency })}
              >
                {CURRENCIES.map((code) => (
                  <option key={code}>{code}</option>
                ))}
              </SelectField>
            </div>
            <TextField
              id="link-maxUses"
              size="dense"
              label="Limit of uses"
              optional
              hint="Orders that are paid, or can still be."
              inputMode="numeric"
              autoComplete="off"
              value={draft.maxUses}
              onChange={(event) => set({ maxUses: event.target.value })}
              error={errorOf('maxUses')}
            />
            <Field
              id="link-endsAt"
              label="Ends"
              optional
              hint="From then on it takes no new orders."
              error={errorOf('endsAt')}
            >
              <InstantInput id="link-endsAt" value={draft.endsAt} onChange={(endsAt) => set({ endsAt })} />
            </Field>
          </div>
          <DialogFoot status={Object.keys(fields).length > 0 ? null : act.failure}>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="primary" busy={act.busy}>
              Create link
            </Button>
          </DialogFoot>
        </form>
      )}
    </Dialog>
  )
}

function askedBy({ name, amount, currency, maxUses, endsAt }: Draft) {
  return {
    name: name.trim(),
    currency,
    amount: minorOfText(amount, currency) ?? 0,
    ...(maxUses.trim() === '' ? {} : { maxUses: Number(maxUses) }),
    ...(endsAt === null ? {} : { endsAt }),
  }
}

/** In the order of the fields. */
function wrongWith({ name, amount, currency, maxUses }: Draft): Partial<Record<keyof Draft, string>> {
  const minor = minorOfText(amount, currency)
  const uses = maxUses.trim()
  return {
    ...(name.trim() === '' ? { name: 'Enter what it is for, like “Spring workshop”' } : {}),
    ...(minor === null || minor === 0 ? { amount: 'Enter an amount, like 24.00' } : {}),
    ...(minor !== null && BigInt(minor) > MAX_PAYMENT_MINOR
      ? { amount: `Enter at most ${formatMoney(MAX_PAYMENT_MINOR, currency)}` }
      : {}),
    ...(uses !== '' && !(/^\d{1,5}$/.test(uses) && Number(uses) >= 1 && Number(uses) <= USES_MAX)
      ? { maxUses: `Enter a whole number from 1 to ${USES_MAX.toLocaleString('en')}, or leave it empty` }
      : {}),
  }
}
