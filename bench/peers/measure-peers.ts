import { makeMerchant, makePayments } from '../orders'
import type { Path } from '../paths/path'
import { type Figure, inTurn, paymentsOf } from '../rounds'
import type { Stage } from '../stage'
import { installPeers } from './install'
import { naivePeers } from './naive'
import { packagedPeers } from './packages'
import { payonce } from './payonce'
import { countingBank } from './peer'
import { openPeer, type PeerTrial, tryPeer } from './trials'

export interface PeersMeasured {
  figures: Figure[]
  trials: PeerTrial[]
  /** Whether the packages could be installed; without them only Prisma's three ways are measured. */
  packages: boolean
}

/** The same work on the product's tables, made idempotent by others: its cost, and whether it charges once. */
export async function measurePeers(
  stage: Stage,
  { payments, rounds }: { payments: number; rounds: number },
): Promise<PeersMeasured> {
  const load = await installPeers()
  const peers = [...naivePeers, ...(load ? packagedPeers(load) : []), payonce]
  const merchantId = await makeMerchant(stage.owner)
  const bank = countingBank()
  const paths: Path[] = []
  for (const peer of peers) {
    const { pay, close } = await openPeer(stage, peer, { merchantId, bank, name: 'bench-peer' })
    stage.onClose(close)
    paths.push({ name: peer.name, probe: stage.here, fresh: pay, replay: pay })
  }
  const plan = { payments, rounds, callers: [16] }
  const jobs = await makePayments(stage.owner, merchantId, paths.length * paymentsOf(plan))
  const figures = await inTurn(paths, plan, stage, (count) => jobs.splice(0, count))
  const trials: PeerTrial[] = []
  for (const peer of peers) trials.push(await tryPeer(stage, peer, merchantId))
  return { figures, trials, packages: load !== null }
}
