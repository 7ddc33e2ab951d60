import { Money } from '@/ui/money'
import { GlyphStrip, type OutcomeName, PaymentStatus, type PaymentStatusName } from '@/ui/status'
import { Table, TableBody, TableFoot, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import { Section, Show } from './show'

const ROWS: {
  amount: bigint
  status: PaymentStatusName
  customer: string | null
  outcomes: OutcomeName[]
  at: string
}[] = [
  {
    amount: 2_400n,
    status: 'succeeded',
    customer: 'zoe@example.com',
    outcomes: ['executed', 'held', 'replayed'],
    at: '2026-03-14T14:02:11Z',
  },
  {
    amount: 120_450n,
    status: 'unknown',
    customer: 'a.very.long.address@department.example.org',
    outcomes: ['ambiguous'],
    at: '2026-03-14T14:01:58Z',
  },
  { amount: 999n, status: 'declined', customer: null, outcomes: ['executed'], at: '2026-03-14T13:47:02Z' },
]

export function Tables() {
  return (
    <Section
      id="tables"
      note="A real table. Under 768 px each row is a card: its primary cells make the first line, the others carry the name of their column."
    >
      <Show name="<Table>, <TableHead>, <Th>, <TableBody>, <Tr>, <Td>, <TableFoot>" flush>
        <Table caption="Payments, newest first">
          <TableHead>
            <Th numeric sort="none">
              Amount
            </Th>
            <Th>Status</Th>
            <Th>Customer</Th>
            <Th>Requests</Th>
            <Th sort="descending" numeric>
              Created
            </Th>
          </TableHead>
          <TableBody>
            {ROWS.map((row) => (
              <Tr key={row.at}>
                <Td label="Amount" numeric primary>
                  <Money minor={row.amount} currency="EUR" />
                </Td>
                <Td label="Status" primary>
                  <PaymentStatus status={row.status} />
                </Td>
                <Td label="Customer" className="md:max-w-40 md:truncate">
                  <span className="truncate">{row.customer ?? '—'}</span>
                </Td>
                <Td label="Requests">
                  <GlyphStrip outcomes={row.outcomes} />
                </Td>
                <Td label="Created" numeric className="text-ink-2">
                  <Timestamp at={row.at} style="time" />
                </Td>
              </Tr>
            ))}
          </TableBody>
          <TableFoot>
            <Tr>
              <Td label="Sum" numeric primary>
                <Money minor={123_849n} currency="EUR" />
              </Td>
              <Td label="Payments" primary>
                3 payments
              </Td>
            </Tr>
          </TableFoot>
        </Table>
      </Show>
    </Section>
  )
}
