'use client'
import { useState } from 'react'
import { formatMoney } from '@/lib/money'
import { Button } from '@/ui/button'
import { Card, CardBody, CardHeader, Fact, Facts } from '@/ui/card'
import type { AccountData, BalanceLimit } from '../../../_parts/api'
import { ByRole } from '../../../_parts/frame/by-role'
import { LimitDialog } from './limit-dialog'

/** What refunds may take of the balance at the bank, and the limit that an admin has set. */
export function LimitCard({
  account,
  limit,
  onChange,
}: {
  account: AccountData
  limit: BalanceLimit
  onChange(): void
}) {
  const [open, setOpen] = useState(false)
  const { currency } = account
  const has = limit.limit !== null
  return (
    <Card>
      <CardHeader
        title="Limit"
        note={
          has
            ? 'A refund that would take the balance below it is refused before the bank is asked.'
            : 'There is none: refunds may take the balance below zero.'
        }
        actions={
          <ByRole needs="admin" what="Set a limit">
            {limit.mayChange && (
              <Button size="sm" onClick={() => setOpen(true)}>
                {has ? 'Change limit' : 'Set a limit'}
              </Button>
            )}
          </ByRole>
        }
      />
      {limit.limit !== null && (
        <CardBody>
          <Facts>
            <Fact name="Limit">{formatMoney(limit.limit, currency)}</Fact>
            <Fact name="Left for refunds">{formatMoney(leftOf(limit.available, limit.limit), currency)}</Fact>
          </Facts>
        </CardBody>
      )}
      {open && (
        <LimitDialog
          account={account}
          limit={limit}
          onDone={() => {
            setOpen(false)
            onChange()
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </Card>
  )
}

/** Below the limit, by what the bank did, nothing is left. */
function leftOf(available: number | string, limit: number): bigint {
  const left = BigInt(available) - BigInt(limit)
  return left > 0n ? left : 0n
}
