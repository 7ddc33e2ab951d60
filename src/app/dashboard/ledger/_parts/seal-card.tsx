import { Banner } from '@/ui/banner'
import { Card, CardBody, CardHeader, Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { Timestamp } from '@/ui/timestamp'
import type { SealStateData } from '../../_parts/api'
import { sealHealth, waitingSentence } from './seal-sentences'

/** How far the ledger is sealed, the hash to note down, and what a seal proves and what it does not. */
export function SealCard({ seals }: { seals: SealStateData }) {
  const health = sealHealth(seals)
  return (
    <Card>
      <CardHeader
        title={<Title seals={seals} />}
        note="The worker seals transactions some seconds after their commit."
      />
      <CardBody className="grid gap-3">
        {health === 'late' && (
          <Banner tone="warn" title="Sealing is late">
            Transactions wait for their seal. Is a worker running (<code>npm run worker</code>)? A transaction
            that another program leaves open in this database holds sealing up too. Payments are not affected.
          </Banner>
        )}
        {health !== 'empty' && <SealFacts seals={seals} />}
        <Proof />
      </CardBody>
    </Card>
  )
}

function Title({ seals: { last } }: { seals: SealStateData }) {
  if (!last) return 'Nothing is sealed yet'
  return (
    <>
      Sealed up to{' '}
      {last.postedAt ? (
        <Timestamp at={last.postedAt} />
      ) : (
        `transaction #${Number(last.seq).toLocaleString('en')}`
      )}
    </>
  )
}

function SealFacts({ seals }: { seals: SealStateData }) {
  const { last } = seals
  return (
    <Facts>
      {last && (
        <>
          <Fact name="Sealed transactions">
            <span className="figures">{Number(last.seq).toLocaleString('en')}</span>
          </Fact>
          <Fact name="Last seal made">
            <Timestamp at={last.sealedAt} />
          </Fact>
          <Fact name="Head to note down">
            <CopyId id={last.hash} head={12} />
          </Fact>
        </>
      )}
      <Fact name="Waiting for a seal">{waitingSentence(seals)}</Fact>
    </Facts>
  )
}

function Proof() {
  return (
    <ul className="grid max-w-[80ch] list-disc gap-1 ps-5 text-ink-2 text-ui">
      <li>
        Each seal holds the hash of its transaction and of the seal before. <code>npm run verify</code>{' '}
        recomputes all of them, and names the first transaction that was changed, removed or added afterwards.
        This page does not recompute them.
      </li>
      <li>
        Who owns the database can rewrite the whole chain. Keep the head where they cannot write, with the
        date; later <code className="whitespace-nowrap">npm run verify -- --head</code> with that hash says
        whether it is still part of the chain.
      </li>
      <li>A change that was made before the seal is not found by it.</li>
    </ul>
  )
}
