import { RecordState } from '@/app/dashboard/_parts/record-state'
import { Card } from '@/ui/card'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import type { StoredRecord } from '../_model/safe-server'

/** Records on the page. */
const SHOWN = 8

/** The store of the safe side as it is now: it outlives the server. */
export function StorePanel({ records }: { records: readonly StoredRecord[] }) {
  if (records.length === 0)
    return (
      <Card className="px-4 py-6 text-center text-ink-3 text-ui">
        No request was processed yet. Press Pay, and a record appears here.
      </Card>
    )
  return (
    <Card>
      <Table caption="Requests that the safe handler has processed">
        <TableHead>
          <Th>Key</Th>
          <Th>State</Th>
          <Th>Stored answer</Th>
        </TableHead>
        <TableBody>
          {records.slice(-SHOWN).map(({ key, state, status, answer }) => (
            <Tr key={key}>
              <Td label="Key" primary className="font-mono text-xs [overflow-wrap:anywhere]">
                {key}
              </Td>
              <Td label="State" primary>
                <RecordState state={state} />
              </Td>
              <Td label="Stored answer" className="font-mono text-xs [overflow-wrap:anywhere]">
                {answer === null ? '—' : `${status} ${answer}`}
              </Td>
            </Tr>
          ))}
        </TableBody>
      </Table>
    </Card>
  )
}
