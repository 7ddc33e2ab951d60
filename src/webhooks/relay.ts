import { setTimeout as pause } from 'node:timers/promises'
import { decryptSecret, type FactorKeys } from '@/access/factor-secret'
import { showId } from '@/lib/id'
import type { Db, Sql } from '@/platform/db'
import type { Log } from '@/platform/log'
import {
  type Attempted,
  type ClaimedDelivery,
  claim,
  disable,
  FAN_OUT_BATCH,
  fanOut,
  noteFailure,
  noteSuccess,
  settle,
} from './queue'
import { decide } from './schedule'
import type { WebhookAnswer, WebhookSender } from './send'
import { signedHeaders } from './signature'
import { Slots } from './slots'

export interface RelayOptions {
  db: Db
  /** Condition on `merchant_id`: of this installation's mode. */
  ours: Sql
  keys: FactorKeys
  sender: Pick<WebhookSender, 'send'>
  log: Log
  /** An endpoint was disabled: its merchant must look. */
  onDisabled: (endpoint: { merchantId: string; endpointId: string; why: 'gone' | 'failing' }) => void
}

/** 250 ms between two looks at the outbox while nothing is due. */
const IDLE_MS = 250
/** 10 ms between two claims while there is work, so that each takes several deliveries. */
const BUSY_MS = 10
/** 15 ms in which outcomes are gathered for one statement. */
const GATHER_MS = 15
/** 1 s before a database that was away is asked again. */
const AGAIN_MS = 1_000

/**
 * Sends events from the outbox to the endpoints of merchants: at least once, and each endpoint from a queue of its own. Any number of
 * workers may run it. What a killed worker has sent and not noted is sent again under the same id.
 */
export class Relay {
  readonly #options: RelayOptions
  readonly #slots = new Slots()
  readonly #running = new Set<Promise<void>>()
  #outcomes: Attempted[] = []
  #gathering: Promise<void> | null = null

  constructor(options: RelayOptions) {
    this.#options = options
  }

  /** Works until `stopping`, then waits for what is being sent. Never rejects. */
  async run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      const waitMs = await this.turn().then(
        (busy) => (busy ? BUSY_MS : IDLE_MS),
        (error: unknown) => {
          this.#options.log.warn({ err: error }, 'webhooks wait: the database does not answer')
          return AGAIN_MS
        },
      )
      await pause(waitMs, undefined, { signal: stopping }).catch(() => undefined)
    }
    await this.idle()
  }

  /** One look at the outbox and the queues. @returns whether there was anything to do */
  async turn(): Promise<boolean> {
    const { db, ours } = this.#options
    const passed = await fanOut(db)
    const room = this.#slots.room()
    const claimed = room.total > 0 ? await claim(db, ours, room) : []
    const secretsOf = secretReader(this.#options.keys)
    for (const each of claimed)
      void this.#track(
        this.#deliver(each, secretsOf(each)).catch((error: unknown) =>
          this.#options.log.error({ err: error, delivery: each.id }, 'a webhook was not sent'),
        ),
      )
    return claimed.length > 0 || passed === FAN_OUT_BATCH
  }

  /** Resolves when nothing is being sent and all outcomes are written. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  #track(running: Promise<void>): Promise<void> {
    this.#running.add(running)
    return running.finally(() => this.#running.delete(running))
  }

  async #deliver(claimed: ClaimedDelivery, secrets: readonly string[]): Promise<void> {
    const done = this.#slots.take(claimed.endpointId)
    const [at, began] = [new Date(), performance.now()]
    const answer = await this.#send(claimed, secrets, at)
    const decision = decide(answer, claimed.tries + 1, Math.random())
    done(decision.state === 'delivered')
    this.#outcomes.push({ claimed, at, ms: performance.now() - began, answer, decision })
    this.#gathering ??= this.#track(this.#flush())
    if (decision.state !== 'delivered') await this.#failed(claimed, decision)
    else if (claimed.failing) await noteSuccess(this.#options.db, claimed)
  }

  async #send(
    { eventId, body, url }: ClaimedDelivery,
    secrets: readonly string[],
    at: Date,
  ): Promise<WebhookAnswer> {
    // Unsigned, a receiver would have to refuse it. A restart with PAYONCE_SECRET_PREVIOUS mends it.
    if (secrets.length === 0) return { status: null, error: 'The signing secret cannot be read: rotate it.' }
    const headers = signedHeaders({ id: showId('evt', eventId), at, body }, secrets)
    return this.#options.sender.send({ url, body, headers })
  }

  async #failed(claimed: ClaimedDelivery, { gone, throttleMs }: Attempted['decision']): Promise<void> {
    const { db, onDisabled } = this.#options
    const { merchantId, endpointId } = claimed
    if (!gone) await noteFailure(db, claimed, throttleMs)
    const why = gone ? 'gone' : 'failing'
    if ((gone || claimed.overdue) && (await disable(db, claimed, why)))
      onDisabled({ merchantId, endpointId, why })
  }

  async #flush(): Promise<void> {
    await pause(GATHER_MS)
    const outcomes = this.#outcomes
    this.#outcomes = []
    this.#gathering = null
    // What cannot be noted is sent again when its lease has ended.
    await settle(this.#options.db, outcomes).catch((error: unknown) =>
      this.#options.log.warn({ err: error, count: outcomes.length }, 'outcomes of webhooks were not written'),
    )
  }
}

/** Reads the secrets of deliveries that were claimed together, each once: to decrypt one costs more than to sign with it. */
function secretReader(keys: FactorKeys): (claimed: ClaimedDelivery) => string[] {
  const known = new Map<string, string | undefined>()
  const read = (secret: string, endpointId: string) => {
    // With the endpoint: a secret that was moved to another one must not be read there.
    const name = `${endpointId} ${secret}`
    if (!known.has(name)) known.set(name, decryptSecret(secret, endpointId, keys)?.text)
    return known.get(name) ?? []
  }
  return ({ endpointId, secrets }) => secrets.flatMap((secret) => read(secret, endpointId))
}
