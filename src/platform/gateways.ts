import type { Mode } from '@/lib/mode'

/** What is known of a gateway before it is built. */
export interface GatewayFacts {
  /** The modes in which it may serve. A gateway that moves no money never serves `live`. */
  modes: readonly Mode[]
  /** What is missing before it may serve `live`. */
  notLive?: string
}

/**
 * The gateways that PAYONCE_GATEWAY may name. A real bank joins by an entry here, and by its constructor in `server/gateways.ts`. Live mode
 * does not start before one of them has the mode `live`.
 */
export const GATEWAYS: Readonly<Record<string, GatewayFacts>> = {
  simulator: { modes: ['test'] },
  stripe: {
    modes: ['test'],
    notLive: 'none of it has been run against Stripe itself yet (docs/stripe.md says what must be)',
  },
}
