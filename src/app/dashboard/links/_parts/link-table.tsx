'use client'
import { Button } from '@/ui/button'
import { Money } from '@/ui/money'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import { api, type ListedLink } from '../../_parts/api'
import { formatCount } from '../../_parts/words'
import { useAct } from '../../webhooks/_parts/use-act'
import { CopyLink } from './copy-link'
import { LinkState } from './link-state'

export function LinkTable({
  links,
  mayChange,
  onChanged,
}: {
  links: readonly ListedLink[]
  mayChange: boolean
  onChanged(): void
}) {
  return (
    <Table caption="Payment links, the newest first">
      <TableHead>
        <Th>Link</Th>
        <Th>State</Th>
        <Th className="text-right">Amount</Th>
        <Th className="text-right">Uses</Th>
        <Th className="text-right">Paid</Th>
        <Th className="text-right">Ends</Th>
        <Th>
          <span className="sr-only">Actions</span>
        </Th>
      </TableHead>
      <TableBody>
        {links.map((link) => (
          <Tr key={link.id}>
            <Td label="Link" primary>
              <a
                href={link.url}
                className="line-clamp-2 max-w-64 font-medium text-ink no-underline [overflow-wrap:anywhere] hover:text-link"
              >
                <Verbatim>{link.name}</Verbatim>
              </a>
            </Td>
            <Td label="State" primary>
              <LinkState state={link.state} />
            </Td>
            <Td label="Amount" className="font-medium md:text-right">
              <Money minor={link.amount} currency={link.currency} />
            </Td>
            <Td label="Uses" className="figures whitespace-nowrap text-ink-2 md:text-right">
              {formatCount(link.uses)}
              {link.maxUses !== null && ` of ${formatCount(link.maxUses)}`}
            </Td>
            <Td label="Paid" className="md:text-right">
              <Paid link={link} />
            </Td>
            <Td label="Ends" className="text-ink-2 md:text-right">
              {link.endsAt ? <Timestamp at={link.endsAt} seconds={false} /> : '—'}
            </Td>
            <Td label="Actions">
              <span className="flex flex-wrap justify-end gap-2 lg:flex-nowrap">
                <CopyLink url={link.url} name={link.name} />
                {mayChange && <PauseButton link={link} onDone={onChanged} />}
              </span>
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}

/** Before refunds, which each payment shows. */
function Paid({ link: { paid, paidAmount, currency } }: { link: ListedLink }) {
  if (paid === 0) return <span className="whitespace-nowrap text-ink-3">None yet</span>
  return (
    <span className="figures">
      <Money minor={paidAmount} currency={currency} />
      <span className="block text-ink-3 text-xs">
        {paid === 1 ? '1 order' : `${formatCount(paid)} orders`}, before refunds
      </span>
    </span>
  )
}

/** A link whose end has come has nothing to pause. */
function PauseButton({ link: { id, name, state, paused }, onDone }: { link: ListedLink; onDone(): void }) {
  const act = useAct(
    { id },
    (asked) => (paused ? api.links.resume.mutate(asked) : api.links.pause.mutate(asked)),
    onDone,
  )
  if (state === 'ended') return null
  return (
    <>
      <Button size="sm" busy={act.busy} onClick={act.press}>
        {paused ? 'Resume' : 'Pause'}
        <span className="sr-only">: {name}</span>
      </Button>
      <span role="status" className="basis-full text-right text-bad text-xs empty:hidden">
        {act.failure}
      </span>
    </>
  )
}
