/** What the outside says of a question: it was done, it was refused, or it is not known yet. */
export type GatewayAnswer = 'done' | 'refused' | 'unknown'

/**
 * Someone outside who is asked, such as a bank. An error is `unknown`. Its laws:
 *  1. `find` changes nothing but this: after it has said `refused`, the key is never charged.
 *  2. What `find` says stays true. `unknown` must come to an end.
 */
export interface SimulatedGateway {
  /** Charges under this key. A gateway that knows its keys may be asked again; one that does not is never asked twice. */
  ask(key: string, amount: number): Promise<GatewayAnswer>
  /** Learns what became of `ask`, without a second charge. */
  find(key: string): Promise<GatewayAnswer>
  /** The keys that were charged, one entry for each charge. */
  charges(): Promise<readonly string[]>
}

/**
 * The strictest gateway, which is tried when none is given: it charges at every question, so that only the engine and its store prevent a
 * second charge.
 */
export function forgetfulGateway(): SimulatedGateway {
  const charged: string[] = []
  const burnt = new Set<string>()
  return {
    ask: async (key) => {
      if (burnt.has(key)) return 'refused'
      charged.push(key)
      return 'done'
    },
    find: async (key) => {
      if (charged.includes(key)) return 'done'
      burnt.add(key)
      return 'refused'
    },
    charges: async () => charged,
  }
}
