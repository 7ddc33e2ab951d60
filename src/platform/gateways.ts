import type { Mode } from '@/lib/mode'

/** What is known of a gateway before it is built. */
export interface GatewayFacts {
  /** The modes in which it may serve. A gateway that moves no money never serves `live`. */
  modes: readonly Mode[]
}

/**
 * The gateways that PAYONCE_GATEWAY may name. A real bank joins by an entry here with the mode `live`, and by
 * its constructor in `server/gateways.ts`. Until then live mode does not start.
 */
export const GATEWAYS: Readonly<Record<string, GatewayFacts>> = {
  simulator: { modes: ['test'] },
}
