import Link from 'next/link'
import { Money } from '@/ui/money'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import type { StatementPage } from '../../../_parts/api'
import { SidedBalance } from '../../_parts/sided-balance'

export function StatementTable({ lines, currency }: { lines: StatementPage['items']; currency: string }) {
  return (
    <Table caption="Lines of the account, newest first">
      <TableHead>
        <Th>Description</Th>
        <Th>Posted</Th>
        <Th numeric>Debit</Th>
        <Th numeric>Credit</Th>
        <Th numeric>Balance</Th>
      </TableHead>
      <TableBody>
        {lines.map((line) => (
          <Tr key={`${line.transactionId}${line.position}`}>
            <Td label="Description" primary className="max-md:col-span-2">
              <What line={line} />
            </Td>
            <Td label="Posted" className="text-ink-2">
              <Timestamp at={line.postedAt} />
            </Td>
            <Td label="Debit" numeric className={line.amount > 0 ? '' : 'max-md:hidden'}>
              {line.amount > 0 && <Money minor={line.amount} currency={currency} />}
            </Td>
            <Td label="Credit" numeric className={line.amount < 0 ? '' : 'max-md:hidden'}>
              {line.amount < 0 && <Money minor={-line.amount} currency={currency} />}
            </Td>
            <Td label="Balance" numeric className="font-medium">
              <SidedBalance balance={line.balance} currency={currency} />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}

function What({ line }: { line: StatementPage['items'][number] }) {
  if (!line.paymentId) return <>{line.description}</>
  return (
    <Link
      href={`/dashboard/payments/${line.paymentId}`}
      className="min-w-0 text-ink no-underline hover:text-link hover:underline"
    >
      <Verbatim className="block">{line.reference ?? line.paymentId}</Verbatim>
      <span className="block font-normal text-ink-3 text-xs">{line.description}</span>
    </Link>
  )
}
