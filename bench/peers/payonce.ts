import { reasonOf } from '@/setup/process/console'
import { engineOn } from '../paths/engine'
import { instantBank } from '../paths/gateway'
import type { Peer } from './peer'

/** Payonce's own engine, in this process and without HTTP, as most peers are. */
export const payonce: Peer = {
  name: 'Payonce, its engine',
  ends: 'the resolver asks the bank when the lease is over',
  start: async ({ stage, merchantId, charge }) => {
    const { gateway } = instantBank()
    const asking: typeof gateway = {
      ...gateway,
      charge: async (asked) => {
        const [ref, outcome] = await Promise.all([charge(), gateway.charge(asked)])
        return outcome.kind === 'approved' ? { ...outcome, ref } : outcome
      },
    }
    const pay = await engineOn(stage, asking, { waitMs: 2_000 })
    return {
      pay: (payment) =>
        pay({ ...payment, merchantId }).catch((error) => {
          throw new Error(/"detail":"([^"]+)"/.exec(reasonOf(error))?.[1] ?? reasonOf(error))
        }),
      stop: async () => undefined,
    }
  },
}
