import { setTimeout as pause } from 'node:timers/promises'
import { bodyOf, type Exchange, headerOf } from './answer'
import type { Profile } from './profile'
import type { Deviation, Intent, Target } from './target'
import type { Wire } from './wire'

/** Optional facts from the caller; a check that needs one that is missing is skipped. */
export interface TrialFacts {
  otherBody?: string
  secondHeaders?: Record<string, string>
  expiredKey?: string
  /** The origin that a web page would call from. */
  origin?: string
  /** The API's list of effects. */
  listUrl?: URL
}

/** One trial of an API, which all checks share: the profile, the API, and the observations so far. */
export class Trial {
  private readonly observations = new Map<unknown, Promise<unknown>>()
  /** The API has answered at least once: from then on a refused connection is an accident, and is retried. */
  private answered = false

  constructor(
    readonly profile: Profile,
    readonly target: Target,
    readonly wire: Wire,
    readonly given: TrialFacts,
  ) {}

  /** Plays a scenario and returns its observation; played once, however many checks ask for it. */
  observe<Observation>(scenario: (trial: Trial) => Promise<Observation>): Promise<Observation> {
    const known = this.observations.get(scenario) as Promise<Observation> | undefined
    const observation = known ?? scenario(this)
    this.observations.set(scenario, observation)
    return observation
  }

  post(intent: Intent, instead: Deviation = {}): Promise<Exchange> {
    return this.wire.send(this.target.requestFor(intent, instead))
  }

  /** Sends as a client that needs an answer: retries with the same key until it is final. @returns the last exchange */
  async insist(intent: Intent, instead: Deviation = {}): Promise<Exchange> {
    let exchange = await this.post(intent, instead)
    this.answered ||= exchange.kind === 'answer'
    const triesMax = this.answered || !isNoServer(exchange) ? TRIES_MAX : 1
    for (
      let wait = FIRST_WAIT_MS, tries = 1;
      tries < triesMax && isNotFinal(exchange);
      tries += 1, wait *= 2
    ) {
      await pause(Math.min(WAIT_MAX_MS, Math.max(wait, retryAfterMs(exchange))))
      exchange = await this.post(intent, instead)
    }
    return exchange
  }
}

/** 8 tries with waits that double from 0.1 s to 2 s: about 9 s in all, longer than a payment takes. */
const TRIES_MAX = 8
const FIRST_WAIT_MS = 100
const WAIT_MAX_MS = 2_000

/** No server listens at this address. */
function isNoServer(exchange: Exchange): boolean {
  return exchange.kind === 'none' && /^(ECONNREFUSED|ENOTFOUND)$/.test(exchange.reason)
}

/** Not final: the connection broke, the first request still runs, or the server is overloaded. */
function isNotFinal(exchange: Exchange): boolean {
  if (exchange.kind === 'none') return true
  if (bodyOf(exchange)?.retry === 'no') return false
  return (
    exchange.status === 409 || exchange.status === 425 || exchange.status === 429 || exchange.status >= 500
  )
}

function retryAfterMs(exchange: Exchange): number {
  const seconds = Number(headerOf(exchange, 'retry-after') ?? 0)
  return Number.isFinite(seconds) ? seconds * 1_000 : 0
}
