import { Card, CardHeader } from '@/ui/card'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import type { RightsData } from '../../../_parts/api'
import { ALL_ROLES, ROLE_LABELS } from '../../../_parts/role-labels'

/** The rights by area, one column for each role. */
export function RoleTable({ areas }: RightsData) {
  return (
    <div className="flex flex-col gap-4">
      {areas.map(({ area, rights }) => (
        <Card key={area} className="overflow-hidden">
          <CardHeader title={area} />
          <Table caption={`Rights: ${area}`}>
            <TableHead>
              <Th>Right</Th>
              {ALL_ROLES.map((role) => (
                <Th key={role}>{ROLE_LABELS[role].word}</Th>
              ))}
            </TableHead>
            <TableBody>
              {rights.map(({ words, roles, stepUp }) => (
                <Tr key={words}>
                  <Td label="Right" primary className="md:w-1/2">
                    <span className="block min-w-0 break-words">
                      {words}
                      {stepUp && (
                        <span className="block text-ink-3 text-xs">asks for a confirmation first</span>
                      )}
                    </span>
                  </Td>
                  {ALL_ROLES.map((role) => (
                    <Td key={role} label={ROLE_LABELS[role].word}>
                      {roles.includes(role) ? (
                        <span className="text-ok">
                          <span aria-hidden="true">✓ </span>Yes
                        </span>
                      ) : (
                        <span className="text-ink-3">No</span>
                      )}
                    </Td>
                  ))}
                </Tr>
              ))}
            </TableBody>
          </Table>
        </Card>
      ))}
    </div>
  )
}
