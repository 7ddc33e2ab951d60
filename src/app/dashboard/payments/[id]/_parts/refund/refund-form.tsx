'use client'
import { useState } from 'react'
import { minorOfText, textOfMinor } from '@/lib/minor-of-text'
import { formatMoney } from '@/lib/money'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'
import type { PaymentData, RefundRights } from '../../../../_parts/api'
import { DialogFoot } from '../../../../_parts/dialog/dialog'
import type { RefundAttempt } from './refund-attempt'

const AMOUNT = 'refund-amount'
const REASON = 'refund-reason'

/** Amount and reason of a refund, what is left of the payment to begin with. */
export function RefundForm({
  payment: { currency },
  rights,
  onConfirm,
  onCancel,
}: {
  payment: PaymentData
  rights: RefundRights
  onConfirm(asked: Omit<RefundAttempt, 'key'>): void
  onCancel(): void
}) {
  const [text, setText] = useState(() => textOfMinor(rights.refundable, currency))
  const [reason, setReason] = useState('')
  const [tried, setTried] = useState(false)
  const amount = minorOfText(text, currency)
  const wrongAmount = wrongWith(amount, rights, currency)
  const way = needsApproval(amount, rights) ? 'request' : 'refund'
  const wrongReason =
    way === 'request' && reason.trim() === '' ? 'Enter a reason: the other admin decides by it' : undefined
  const submit = () => {
    setTried(true)
    if (amount === null || wrongAmount) return document.getElementById(AMOUNT)?.focus()
    if (wrongReason) return document.getElementById(REASON)?.focus()
    onConfirm({ amount, reason: reason.trim(), way })
  }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <div className="flex flex-col gap-5 px-4 py-4 sm:px-5">
        <TextField
          id={AMOUNT}
          size="dense"
          label="Amount"
          hint={hintOf(rights, currency)}
          inputMode="decimal"
          autoComplete="off"
          trailing={currency}
          value={text}
          onChange={(event) => setText(event.target.value)}
          error={tried ? wrongAmount : undefined}
        />
        <TextField
          id={REASON}
          size="dense"
          label="Reason"
          optional={way === 'refund'}
          hint="For your team. Never a card number."
          maxLength={200}
          autoComplete="off"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          error={tried ? wrongReason : undefined}
        />
      </div>
      <DialogFoot status={null}>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary">
          Continue
        </Button>
      </DialogFoot>
    </form>
  )
}

function needsApproval(amount: number | null, { refundable, confirmed }: RefundRights): boolean {
  return amount !== null && confirmed !== null && amount > confirmed && amount <= refundable
}

function wrongWith(
  amount: number | null,
  { refundable, alone, confirmed }: RefundRights,
  currency: string,
): string | undefined {
  if (amount === null || amount === 0) return `Enter an amount, like ${textOfMinor(refundable, currency)}`
  if (amount > refundable) return `At most ${formatMoney(refundable, currency)} is left of this payment`
  if (confirmed === null && amount > alone)
    return `At most ${formatMoney(alone, currency)}. Ask an admin for more`
  return undefined
}

/** What is left, and what this operator may refund of it without another person. */
function hintOf({ refundable, alone, confirmed }: RefundRights, currency: string): string {
  const left = `${formatMoney(refundable, currency)} is left of this payment.`
  const most = confirmed ?? alone
  if (most >= refundable) return left
  const above = confirmed === null ? 'for more, ask an admin.' : 'above it, another admin must approve.'
  return `${left} You may refund up to ${formatMoney(most, currency)} now; ${above}`
}
