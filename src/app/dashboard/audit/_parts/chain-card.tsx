import { Banner } from '@/ui/banner'
import { Card, CardBody, CardHeader, Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { Timestamp } from '@/ui/timestamp'
import type { ChainState } from '../../_parts/api'

const NAMES = { audit: 'Audit log', ledger: 'Ledger' } as const
const LINKS = { audit: 'entries', ledger: 'sealed transactions' } as const

/** The hash chains of the audit log and of the ledger: how far they hold, or the first link that is wrong. */
export function ChainCard({ state }: { state: ChainState }) {
  return (
    <div className="mb-4 grid gap-3">
      {state.wrong.length > 0 && (
        <Banner tone="bad" title="A hash chain is broken">
          {state.wrong.map(({ subject, detail }) => (
            <span key={subject} className="block break-words">
              {subject}: {detail}
            </span>
          ))}
        </Banner>
      )}
      <Card>
        <CardHeader
          title="Hash chains"
          note="Each link holds the hash of the one before. Keep the last hash elsewhere: it proves later that nothing before it was rewritten."
        />
        <CardBody>
          <Facts>
            {state.heads.map(({ chain, seq, hash }) => (
              <Fact key={chain} name={NAMES[chain]}>
                {state.wrong.length === 0 ? 'Verified up to' : 'Ends at'} #{seq} ({LINKS[chain]}){' '}
                <CopyId id={hash} />
                {chain === 'ledger' && Number(seq) > state.linksMax && (
                  <span className="block text-ink-3 text-xs">
                    The newest {state.linksMax.toLocaleString('en')} were recomputed;{' '}
                    <code>npm run verify</code> recomputes all.
                  </span>
                )}
              </Fact>
            ))}
            <Fact name="Checked">
              <Timestamp at={state.checkedAt} />
            </Fact>
          </Facts>
        </CardBody>
      </Card>
    </div>
  )
}
