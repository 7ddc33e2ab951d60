import { Card } from '@/ui/card'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import type { PaymentData } from '../../../_parts/api'
import { RecordFactList } from './record-facts'
import type { ClaimLease, PaymentSteps } from './steps/payment-step'

/** What engineers ask for: the record of the key, and which process had the payment when. Folded: an operator seldom needs it. */
export function Inspector({ payment, model }: { payment: PaymentData; model: PaymentSteps }) {
  if (!payment.record) return null
  return (
    <Card className="overflow-hidden">
      <details>
        <summary className="-outline-offset-2 cursor-pointer px-4 py-3 font-semibold text-sm sm:px-5">
          Inspector
          <span className="ms-2 font-normal text-ink-3 text-ui">Key, processes, leases</span>
        </summary>
        <div className="border-line border-t">
          <Claims leases={model.leases} model={model} />
          <div className="border-line border-t px-4 py-1.5 sm:px-5">
            <RecordFactList record={payment.record} />
          </div>
        </div>
      </details>
    </Card>
  )
}

const ENDS: Record<ClaimLease['end'], string> = {
  committed: 'the answer was committed',
  doubt: 'no answer came',
  lost: 'lost to the next claim',
  running: 'runs until then',
  over: 'has run out',
}

function Claims({ leases, model: { participants } }: { leases: readonly ClaimLease[]; model: PaymentSteps }) {
  return (
    <Table caption="The first claim and the last one">
      <TableHead>
        <Th>Process</Th>
        <Th numeric>Fence</Th>
        <Th>Claimed</Th>
        <Th>Extended last</Th>
        <Th>Lease until</Th>
        <Th>End</Th>
      </TableHead>
      <TableBody>
        {leases.map(({ participant, fence, from, until, extendedAt, end }) => (
          <Tr key={fence}>
            <Td label="Process" primary>
              <span className="break-all font-mono text-xs">
                {participants.find(({ id }) => id === participant)?.label} (
                {participant === 'payonce' ? 'not noted' : participant})
              </span>
            </Td>
            <Td label="Fence" numeric>
              {fence}
            </Td>
            <Td label="Claimed">
              <Timestamp at={new Date(from)} style="time" className="text-xs" />
            </Td>
            <Td label="Extended last">
              {extendedAt === null ? (
                '—'
              ) : (
                <Timestamp at={new Date(extendedAt)} style="time" className="text-xs" />
              )}
            </Td>
            <Td label="Lease until">
              <Timestamp at={new Date(until)} style="time" className="text-xs" />
            </Td>
            <Td label="End" className="text-ink-2">
              {ENDS[end]}
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}
