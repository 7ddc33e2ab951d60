'use client'
import { useState } from 'react'
import { formatMoney } from '@/lib/money'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'
import { type AccountData, api, type BalanceLimit } from '../../../_parts/api'
import { Dialog, DialogFoot } from '../../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../../_parts/dialog/use-submit-once'
import { limitOfText, textOfLimit } from './limit-text'

const FIELD = 'balance-limit'

/** Sets the limit of the balance, or takes it away. The server asks for a confirmation first. */
export function LimitDialog({
  account: { id, currency },
  limit,
  onDone,
  onClose,
}: {
  account: AccountData
  limit: BalanceLimit
  onDone(): void
  onClose(): void
}) {
  const [text, setText] = useState(() => textOfLimit(limit.limit, currency))
  const [tried, setTried] = useState(false)
  const typed = limitOfText(text, currency)
  const act = useSubmitOnce(
    () => api.limits.set.mutate({ account: id, shown: limit.limit, limit: typed ?? null }),
    onDone,
  )
  const wrong = typed === undefined ? 'Enter an amount, like 100.00, or leave it empty' : undefined
  const submit = () => {
    setTried(true)
    if (wrong) document.getElementById(FIELD)?.focus()
    else act.press()
  }
  return (
    <Dialog title="Limit of the balance" onClose={onClose}>
      {(close) => (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            submit()
          }}
        >
          <div className="px-4 py-4 sm:px-5">
            <TextField
              id={FIELD}
              size="dense"
              label="Refunds may not take the balance below"
              optional
              hint={`${formatMoney(limit.available, currency)} is there now, less the refunds under way. Leave it empty for no limit.`}
              inputMode="decimal"
              autoComplete="off"
              trailing={currency}
              value={text}
              onChange={(event) => setText(event.target.value)}
              error={(tried ? wrong : undefined) ?? act.fields.limit}
            />
          </div>
          <DialogFoot status={act.fields.limit ? null : act.failure}>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="primary" busy={act.busy}>
              Save limit
            </Button>
          </DialogFoot>
        </form>
      )}
    </Dialog>
  )
}
