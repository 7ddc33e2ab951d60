import type { Doubt, Gateway } from './gateway'

/** The gateways of merchants with an account of their own. */
export interface AccountGateways {
  /** The gateway of an account, by the name that a payment remembers. Doubt where its keys cannot be read now. Never throws. */
  gatewayOf(account: string): Promise<Gateway | Doubt>
}

/** The gateways of an installation. */
export interface GatewayDeps {
  /** The installation's, for each merchant without an account of their own. */
  gateway: Gateway
  /** Absent: no merchant has one. */
  accounts?: AccountGateways | undefined
}

/**
 * Asks the gateway at which a payment was begun, and no other, whatever account its merchant has by now. One that cannot be asked is doubt: the
 * same question is asked again later.
 * @param account the name that the payment remembers; null: the installation's gateway
 */
export async function atGatewayOf<T>(
  { gateway, accounts }: GatewayDeps,
  account: string | null,
  act: (gateway: Gateway) => Promise<T>,
): Promise<T | Doubt> {
  if (account === null) return act(gateway)
  const own = (await accounts?.gatewayOf(account)) ?? UNKNOWN_ACCOUNT
  return 'kind' in own ? own : act(own)
}

const UNKNOWN_ACCOUNT: Doubt = {
  kind: 'unknown',
  reason: 'the account at the bank is not known to this process',
}
