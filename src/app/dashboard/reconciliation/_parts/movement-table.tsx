import Link from 'next/link'
import { Badge, type Tone } from '@/ui/badge'
import { CopyId } from '@/ui/copy-id'
import { Money } from '@/ui/money'
import { LINK } from '@/ui/nav'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import type { ListedMovement } from '../../_parts/api'

export const STATE_WORDS: Record<ListedMovement['state'], { word: string; tone: Tone; glyph: string }> = {
  matched: { word: 'Matched', tone: 'ok', glyph: '●' },
  explained: { word: 'Explained', tone: 'info', glyph: '○' },
  open: { word: 'Under way', tone: 'warn', glyph: '◐' },
  difference: { word: 'Difference', tone: 'bad', glyph: '✕' },
}

const KIND_WORDS: Record<ListedMovement['kind'], string> = {
  charge: 'Charge',
  refund: 'Refund',
  refund_failure: 'Refund that came back',
  payment_failure: 'Payment that failed later',
  dispute: 'Dispute',
  dispute_reversal: 'Money back from a dispute',
  fee: 'Fee',
  payout: 'Payout',
  payout_failure: 'Payout that came back',
  other: 'Other',
}

export function MovementTable({ movements }: { movements: readonly ListedMovement[] }) {
  return (
    <Table caption="Movements at the bank, newest first">
      <TableHead>
        <Th>When</Th>
        <Th>Movement</Th>
        <Th numeric>Amount</Th>
        <Th numeric>Fee</Th>
        <Th>Judgement</Th>
        <Th>Belongs to</Th>
      </TableHead>
      <TableBody>
        {movements.map((movement) => (
          <Tr key={movement.ref}>
            <Td label="When" primary className="text-ink-2">
              <Timestamp at={movement.at} />
            </Td>
            <Td label="Movement" className="before:shrink-0">
              <span className="block min-w-0">
                <span className="block">{KIND_WORDS[movement.kind]}</span>
                <CopyId id={movement.ref} />
              </span>
            </Td>
            <Td label="Amount" numeric>
              <Money minor={movement.amount} currency={movement.currency} />
            </Td>
            <Td label="Fee" numeric>
              <Money minor={movement.fee} currency={movement.currency} />
            </Td>
            <Td label="Judgement" className="before:shrink-0">
              <span className="block min-w-0">
                <Badge tone={STATE_WORDS[movement.state].tone} glyph={STATE_WORDS[movement.state].glyph}>
                  {STATE_WORDS[movement.state].word}
                </Badge>
                <span className="block break-words text-ink-2 text-xs">{movement.rule}</span>
              </span>
            </Td>
            <Td label="Belongs to" className="before:shrink-0">
              {movement.paymentId ? (
                <Link href={`/dashboard/payments/${movement.paymentId}`} className={LINK}>
                  {movement.refundId ? 'Payment and refund' : 'Payment'}
                </Link>
              ) : movement.about ? (
                <CopyId id={movement.about} />
              ) : (
                '—'
              )}
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}
