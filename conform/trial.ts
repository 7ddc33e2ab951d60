import { setTimeout as pause } from 'node:timers/promises'
import { bodyOf, type Exchange, headerOf } from './answer'
import type { Profile } from './profiles'
import type { Instead, Intent, Target } from './target'
import type { Wire } from './wire'

/** What the caller gave beyond the request itself; a check that needs what is not there is skipped. */
export interface Given {
  otherBody?: string
  secondHeaders?: Record<string, string>
  expiredKey?: string
  /** The origin that a page would call from. */
  origin?: string
  /** Where the effects are listed. */
  listUrl?: URL
}

/** All that a check works with: the profile, the API, and what has been seen of it. */
export class Trial {
  private readonly seen = new Map<unknown, Promise<unknown>>()
  /** Something has answered once: from then on silence is an accident, and is waited for. */
  private answered = false

  constructor(
    readonly profile: Profile,
    readonly target: Target,
    readonly wire: Wire,
    readonly given: Given,
  ) {}

  /** What a scene saw: it is played once, however many checks look at it. */
  observe<Seen>(scene: (trial: Trial) => Promise<Seen>): Promise<Seen> {
    const known = this.seen.get(scene) as Promise<Seen> | undefined
    const seeing = known ?? scene(this)
    this.seen.set(scene, seeing)
    return seeing
  }

  post(intent: Intent, instead: Instead = {}): Promise<Exchange> {
    return this.wire.send(this.target.ask(intent, instead))
  }

  /** As a client does that wants an answer: the same key again while there is none yet. @returns the last answer */
  async insist(intent: Intent, instead: Instead = {}): Promise<Exchange> {
    let exchange = await this.post(intent, instead)
    this.answered ||= exchange.kind === 'answer'
    const triesMax = this.answered || !isNobody(exchange) ? TRIES_MAX : 1
    for (let wait = FIRST_WAIT_MS, tries = 1; tries < triesMax && isForNow(exchange); tries += 1, wait *= 2) {
      await pause(Math.min(WAIT_MAX_MS, Math.max(wait, retryAfterMs(exchange))))
      exchange = await this.post(intent, instead)
    }
    return exchange
  }
}

/** 8 tries with waits that double from 0.1 s up to 2 s: about 9 s, longer than a payment takes. */
const TRIES_MAX = 8
const FIRST_WAIT_MS = 100
const WAIT_MAX_MS = 2_000

/** There is no server at this address. */
function isNobody(exchange: Exchange): boolean {
  return exchange.kind === 'none' && /^(ECONNREFUSED|ENOTFOUND)$/.test(exchange.reason)
}

/** Not a final answer: the connection broke, the first request still runs, or the server has no time for us. */
function isForNow(exchange: Exchange): boolean {
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
