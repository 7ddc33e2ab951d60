import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import type { ViolationRow } from '../../_parts/api'

/** Reported violations, the latest first. */
export function ViolationTable({ rows }: { rows: readonly ViolationRow[] }) {
  return (
    <Table caption="Violations of the Content-Security-Policy">
      <TableHead>
        <Th>Blocked</Th>
        <Th>Rule</Th>
        <Th>Page</Th>
        <Th numeric>Reports</Th>
        <Th>Last report</Th>
      </TableHead>
      <TableBody>
        {rows.map((row) => (
          <Tr key={`${row.directive} ${row.blocked} ${row.page}`}>
            <Td label="Blocked" primary>
              <span className="font-mono text-xs [overflow-wrap:anywhere]">{row.blocked}</span>
            </Td>
            <Td label="Rule" className="text-ink-2">
              <span className="font-mono text-xs">{row.directive}</span>
            </Td>
            <Td label="Page" className="text-ink-2">
              <span className="font-mono text-xs [overflow-wrap:anywhere]">{row.page}</span>
            </Td>
            <Td label="Reports" numeric>
              {row.count}
            </Td>
            <Td label="Last report" className="text-ink-2">
              <Timestamp at={row.lastSeenAt} />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}
