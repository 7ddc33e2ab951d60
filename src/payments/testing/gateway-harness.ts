import type { Gateway } from '../gateway'

/** A bank under test, seen from outside. A missing token means that this bank has no such card. */
export interface GatewayHarness {
  /** Waits long enough for any card but the slow one. */
  gateway: Gateway
  /** The same bank, given up after `timeoutMs`: for cards that leave us waiting. */
  hasty: Gateway
  timeoutMs: number
  /** A client of this bank that cannot reach it. */
  cut: Gateway
  /** Charges that really happened under a key, by the bank's own count. */
  charges(key: string): Promise<number>
  /** Refunded amount of a charge, by the bank's own count. */
  refunded(ref: string): Promise<bigint>
  newKey(): string
  /** Cards by what becomes of them. `slow` takes longer than `timeoutMs`, and then charges. */
  tokens: Record<
    | 'approved'
    | 'challenge'
    | 'declined'
    | 'silentBefore'
    | 'silentAfter'
    | 'errorBefore'
    | 'errorAfter'
    | 'slow',
    string
  >
  /** Lets the time of an authorisation pass. Only of a bank that has authorisations. */
  lateAuthorisation?: (key: string) => Promise<void>
  /** A card whose answer to a capture or a release is lost, once. */
  endIsSilent?: string
  /** Time after its time-out at which the slow card has charged, in milliseconds. */
  slowSettlesMs: number
  /** Requests to the bank that one charge makes. */
  steps: number
  /** A client whose process dies once the bank has carried out its `step`-th request of a charge (1 is the first). */
  dying(step: number): Gateway | Promise<Gateway>
  /** A client whose process is stopped before its `step`-th request of a charge. */
  stopped(step: number): StoppedClient | Promise<StoppedClient>
  /** The bank forgets the answers that it keeps for repeated requests, as banks do after a day. Charges and outcomes stay. */
  forgetAnswers(): Promise<void>
  /** Asks the bank itself to charge what it has of the key, past our client, as anyone may who holds it. */
  chargeElsewhere(key: string, method: string): Promise<void>
  /** Opens and ends disputes at the bank. Null: it cannot be told to, and the laws about them are skipped. */
  disputes: {
    open(chargeRef: string): Promise<string>
    end(ref: string, as: 'won' | 'lost'): Promise<void>
  } | null
  /**
   * The shopper's answer on the page of a challenge; false: the bank did not take it. Null: only a person can press its buttons, and the laws
   * about answers are skipped.
   */
  answerChallenge: ((actionUrl: string, passed: boolean) => Promise<boolean>) | null
}

export interface StoppedClient {
  gateway: Gateway
  /** Resolves when the process stands before that request. */
  stopped: Promise<void>
  resume(): void
}

/** `steps`, `dying` and `stopped` of a bank whose charge is one request. */
export function oneRequest(gateway: Gateway): Pick<GatewayHarness, 'steps' | 'dying' | 'stopped'> {
  return {
    steps: 1,
    dying: () => ({
      ...gateway,
      charge: async (request) => {
        await gateway.charge(request)
        return { kind: 'unknown', reason: 'the process has died' }
      },
    }),
    stopped: () => {
      const { promise: stopped, resolve: stop } = deferred()
      const { promise: resumed, resolve: resume } = deferred()
      const charge: Gateway['charge'] = async (request) => {
        stop()
        await resumed
        return gateway.charge(request)
      }
      return { gateway: { ...gateway, charge }, stopped, resume }
    },
  }
}

/** A promise with its resolver. */
export function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
