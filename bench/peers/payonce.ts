import { engineOn } from '../paths/engine'
import { instantBank } from '../paths/gateway'
import type { Peer } from './peer'

/** The product's engine, on the same bank as its peers. */
export const payonce: Peer = {
  name: 'Payonce, the engine',
  open: async ({ db, batchPool, bank, merchantId }) => {
    const { gateway } = instantBank()
    const pay = await engineOn(
      { db, batchPool },
      {
        ...gateway,
        charge: async (request) => {
          const ref = await bank.charge(request.key)
          return { ...(await gateway.charge(request)), ref } as Awaited<ReturnType<typeof gateway.charge>>
        },
      },
    )
    return (payment) => pay({ ...payment, merchantId })
  },
}
