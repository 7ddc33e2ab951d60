import type Stripe from 'stripe'
import type { Mode } from '@/lib/mode'
import type {
  AuthorisationOutcome,
  AuthorisationRequest,
  CancelRequest,
  CaptureRequest,
  ChargeRequest,
  Doubt,
  Found,
  Gateway,
  Outcome,
} from '../gateway'
import { type Call, type Deadline, doubt, type Refused, type StripeCalls } from './calls'
import { listCharges } from './charges'
import { findDispute } from './disputes'
import type { IntentRow, IntentStore } from './intents'
import { listMovements } from './movements'
import { type Seen, seenOf, UNKNOWN_CARD } from './outcome'
import { refundCharge } from './refunds'
import * as requests from './requests'

export interface StripeOptions {
  /** Name under which its lists are kept; `stripe` unless it is said. */
  name?: string
  intents: IntentStore
  calls: StripeCalls
  /** The mode of the account's key. */
  mode: Mode
  /** Time for all requests of one verb together, in milliseconds. */
  timeoutMs: number
}

/** 24 h: Stripe keeps an answer under its idempotency key for at least as long (docs.stripe.com/api/idempotent_requests). */
const REMEMBERS_FOR_MS = 24 * 3_600_000

/** 60 s beyond our own time-out: longer than Stripe's slowest answer by far, and an intent may be withdrawn at any time anyway. */
const SETTLES_MS = 60_000

/**
 * The gateway port over Stripe's PaymentIntents. A charge is three steps: create an intent, claim it for the key in our own table, confirm it.
 *
 *     row of the key? ──yes──► retrieve: whatever has happened is the answer ──nothing──┐
 *           no                                                                          ▼
 *           └─► create ─► claim the row ──ours──────────────────────────────────────► confirm
 *                              └──another intent has the key: cancel ours, retrieve that one
 *
 * Only the intent of the row is ever confirmed, so that "one key, one charge" does not rest on Stripe's memory of keys. An answer that
 * Stripe gives again is never believed beyond a success: the intent is retrieved. Cancelling is for ever at Stripe: it is the withdrawal,
 * and it follows every decline, whose intent could be confirmed with another card.
 */
export function stripeGateway(options: StripeOptions): Gateway {
  const verb = <A extends unknown[], R>(act: (payments: Payments, ...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R | Doubt> => {
      try {
        return await act(new Payments(options), ...args)
      } catch (error) {
        // Our own table could not be read or written: what has become of the request is not known.
        return doubt(error instanceof Error ? error.message : String(error))
      }
    }
  }
  return {
    name: options.name ?? 'stripe',
    mode: options.mode,
    settlesWithinMs: options.timeoutMs + SETTLES_MS,
    remembersForMs: REMEMBERS_FOR_MS,
    charge: verb((payments, request: ChargeRequest) => payments.charge(request)),
    find: verb((payments, key: string) => payments.find(key)),
    cancel: verb((payments, request: CancelRequest) => payments.cancel(request)),
    authorisations: {
      capture: verb((payments, request: CaptureRequest) =>
        payments.end(request, (id) =>
          requests.captureIntent(payments.calls, payments.deadline, id, request.captureMinor),
        ),
      ),
      release: verb((payments, request: AuthorisationRequest) =>
        payments.end({ ...request, captureMinor: request.amountMinor }, (id) =>
          requests.cancelIntent(payments.calls, payments.deadline, id),
        ),
      ),
    },
    refund: verb(({ calls, deadline }, request) => refundCharge(calls, deadline, request)),
    charges: verb(({ intents, calls, deadline }, query) => listCharges(intents, calls, deadline, query)),
    movements: verb(({ intents, calls, deadline }, query) => listMovements(intents, calls, deadline, query)),
    dispute: verb(({ calls, deadline }, ref) => findDispute(calls, deadline, ref)),
  }
}

/** One verb: its requests share one deadline. */
class Payments {
  readonly intents: IntentStore
  readonly calls: StripeCalls
  readonly deadline: Deadline

  constructor({ intents, calls, timeoutMs }: StripeOptions) {
    this.intents = intents
    this.calls = calls
    this.deadline = calls.deadline(timeoutMs)
  }

  async charge(request: ChargeRequest): Promise<Outcome> {
    const claimed = await this.claimed(request, requests.isNeverTaken)
    if ('kind' in claimed) return claimed
    const { row, fresh } = claimed
    if (!fresh) {
      const seen = await this.look(row)
      if (seen.kind !== 'absent') return seen
    }
    return this.confirm(row, request)
  }

  async find(key: string): Promise<Found> {
    const row = await this.recalled(key)
    if (row === null) return { kind: 'absent' }
    return 'kind' in row ? row : this.look(row)
  }

  /** The row of the key, made again from Stripe's search where our database has lost it; null: nothing was begun that search knows of. */
  private async recalled(key: string): Promise<IntentRow | Doubt | null> {
    const row = await this.intents.find(key)
    if (row) return row
    const found = await requests.searchIntents(this.calls, this.deadline, key)
    if (found.kind !== 'answered') return found.kind === 'unknown' ? found : doubt('Stripe refused to search')
    // Without a row: our database was restored from a backup. Search lags behind, so that its silence proves nothing; the withdrawal that
    // follows it finds the intent by its idempotency key.
    const begun = found.value.find(({ status }) => /^(succeeded|requires_(action|capture))$/.test(status))
    if (!begun) return null
    const { id: intentId, amount, currency } = begun
    return this.intents.claim({
      key,
      intentId,
      amountMinor: BigInt(amount),
      currency: currency.toUpperCase(),
    })
  }

  /**
   * Ends an authorisation. The intent is looked at before, and again where Stripe refuses: it ends once, and how it has ended is the answer to
   * every request for it.
   */
  async end(
    request: CaptureRequest,
    ask: (intentId: string) => Promise<Call<Stripe.PaymentIntent>>,
  ): Promise<AuthorisationOutcome> {
    if (request.captureMinor < 1n || request.captureMinor > request.amountMinor)
      return doubt('no more than the authorised amount can be captured')
    const row = await this.recalled(request.key)
    if (row === null) return doubt('Stripe knows of no such authorisation')
    if ('kind' in row) return row
    if (row.intentId === null || !isOf(row, request)) return doubt('the authorisation is another one')
    const before = await requests.retrieveIntent(this.calls, this.deadline, row.intentId)
    if (before.kind !== 'answered') return unanswered(before)
    const known = endOf(before.value, row, request)
    if (known !== null) return known
    const asked = await ask(row.intentId)
    if (asked.kind === 'answered') return endOf(asked.value, row, request) ?? NOT_ENDED
    if (asked.kind === 'unknown' || !requests.isSettled(asked)) return unanswered(asked)
    const after = await requests.retrieveIntent(this.calls, this.deadline, row.intentId)
    return after.kind === 'answered' ? (endOf(after.value, row, request) ?? NOT_ENDED) : unanswered(after)
  }

  /**
   * Cancels the intent of the key. Where we have none, create gives the one that a process before us may have made (Stripe still has its
   * answer), or a new one: either way the key has an intent from then on, and it is cancelled. Where Stripe has kept an error instead, there was
   * never an intent to confirm, and the key never gets one.
   */
  async cancel(request: CancelRequest): Promise<Outcome> {
    const never = (refused: Refused) => requests.isNeverTaken(refused) || requests.isKeptError(refused)
    const claimed = await this.claimed(request, never)
    if ('kind' in claimed) return claimed
    const { row, fresh } = claimed
    return (fresh ? null : await this.reserved(row)) ?? this.withdraw(row)
  }

  /** What is only reserved is an outcome, which a withdrawal leaves as it is. Null: nothing is. */
  private async reserved(row: IntentRow): Promise<Outcome | null> {
    const retrieved = await requests.retrieveIntent(this.calls, this.deadline, intentOf(row))
    if (retrieved.kind !== 'answered') return unanswered(retrieved)
    return retrieved.value.status === 'requires_capture' ? begun(seenOf(retrieved.value, row)) : null
  }

  /** The row of the key with its intent. `fresh`: both were made just now, so that nothing can have happened to them. */
  private async claimed(
    request: CancelRequest,
    isNever: (refused: Refused) => boolean,
  ): Promise<{ row: IntentRow; fresh: boolean } | Outcome> {
    const known = await this.intents.find(request.key)
    if (known) return usable(known, request) ?? { row: known, fresh: false }
    if (!requests.isTaken(request)) return this.bury(request)
    const created = await requests.createIntent(this.calls, this.deadline, request)
    if (created.kind === 'refused')
      return isNever(created) ? this.bury(request) : doubt(requests.refusal(created))
    if (created.kind === 'unknown') return created
    const { id: intentId } = created.value
    const row = await this.intents.claim({ ...request, intentId })
    // Stripe had forgotten the idempotency key: the key has another intent. Ours is not confirmed by anybody.
    if (row.intentId !== intentId) await requests.cancelIntent(this.calls, this.deadline, intentId)
    const fresh = row.intentId === intentId && !created.replayed
    return usable(row, request) ?? { row, fresh }
  }

  /** The key never gets an intent, so that it never charges. */
  private async bury({ key, amountMinor, currency }: CancelRequest): Promise<Outcome> {
    const row = await this.intents.claim({ key, intentId: null, amountMinor, currency })
    return row.intentId === null ? { kind: 'cancelled' } : doubt('the key has an intent meanwhile')
  }

  private async confirm(row: IntentRow, request: ChargeRequest): Promise<Outcome> {
    const confirmed = await requests.confirmIntent(this.calls, this.deadline, intentOf(row), request)
    switch (confirmed.kind) {
      case 'unknown':
        return confirmed
      case 'refused':
        if (requests.isBadCard(confirmed))
          return this.declined(row, { code: 'unknown_payment_method', cardLabel: UNKNOWN_CARD })
        // 402: declined. 400 unexpected_state: another process was faster. Both are seen in the intent alone.
        return requests.isSettled(confirmed) ? this.lookBegun(row) : doubt(requests.refusal(confirmed))
      case 'answered': {
        const seen = seenOf(confirmed.value, row)
        // An answer given before: the shopper may have confirmed since.
        return confirmed.replayed && seen.kind !== 'approved' ? this.lookBegun(row) : this.told(row, seen)
      }
    }
  }

  /** What has become of an intent that was confirmed. */
  private async lookBegun(row: IntentRow): Promise<Outcome> {
    return begun(await this.look(row))
  }

  private async look(row: IntentRow): Promise<Found> {
    if (row.intentId === null) return { kind: 'cancelled' }
    const retrieved = await requests.retrieveIntent(this.calls, this.deadline, row.intentId)
    // 404 too: an account that does not know our intent is not the account that we asked before.
    if (retrieved.kind !== 'answered') return unanswered(retrieved)
    const seen = seenOf(retrieved.value, row)
    return seen.kind === 'absent' ? seen : this.told(row, seen)
  }

  /** An outcome as the port may tell it. */
  private async told(row: IntentRow, seen: Seen): Promise<Outcome> {
    return seen.kind === 'failed' ? this.declined(row, seen) : begun(seen)
  }

  /** Tells a decline once its intent can be confirmed no more. Until then the outcome is not known. */
  private async declined(row: IntentRow, decline: Pick<Seen & { kind: 'failed' }, 'code' | 'cardLabel'>) {
    return this.withdraw(await this.intents.keepDecline(row, decline))
  }

  private async withdraw(row: IntentRow): Promise<Outcome> {
    const cancelled = await requests.cancelIntent(this.calls, this.deadline, intentOf(row))
    if (cancelled.kind === 'unknown') return cancelled
    if (cancelled.kind === 'answered') return begun(seenOf(cancelled.value, row))
    if (!requests.isSettled(cancelled)) return doubt(requests.refusal(cancelled))
    const retrieved = await requests.retrieveIntent(this.calls, this.deadline, intentOf(row))
    if (retrieved.kind !== 'answered') return unanswered(retrieved)
    return begun(seenOf(retrieved.value, row))
  }
}

/** An answer for a row that is not this request's, or that was withdrawn; null: the row may be used. */
function usable(row: IntentRow, { amountMinor, currency }: CancelRequest): Outcome | null {
  if (!isOf(row, { amountMinor, currency })) return doubt('the key was used for another amount')
  return row.intentId === null ? { kind: 'cancelled' } : null
}

function isOf(
  row: IntentRow,
  { amountMinor, currency }: Pick<CancelRequest, 'amountMinor' | 'currency'>,
): boolean {
  return row.amountMinor === amountMinor && row.currency === currency
}

const NOT_ENDED = doubt('Stripe has not ended the authorisation yet')

/** How the authorisation of a request has ended; null: it has not. An intent that was never one, or of another charge, is doubt. */
function endOf(
  intent: Stripe.PaymentIntent,
  row: IntentRow,
  { ref, amountMinor: reserved }: AuthorisationRequest,
): AuthorisationOutcome | null {
  if (intent.capture_method !== 'manual' || !shows(intent, ref))
    return doubt('Stripe answered about another authorisation')
  const seen = seenOf(intent, row)
  switch (seen.kind) {
    case 'authorised':
      return seen.amountMinor === reserved ? null : doubt('Stripe has authorised another amount')
    case 'approved': {
      const { amountMinor, currency, feeMinor } = seen
      return { kind: 'captured', ref, amountMinor, currency, feeMinor }
    }
    case 'cancelled':
      return { kind: 'released' }
    case 'unknown':
      return seen
    default:
      return doubt(`an authorisation cannot be ${seen.kind}`)
  }
}

/** Whether the charge of the authorisation is the intent's. One that was cancelled may show none. */
function shows({ status, latest_charge: charge }: Stripe.PaymentIntent, ref: string): boolean {
  if (charge === null) return status === 'canceled'
  return typeof charge !== 'string' && charge.id === ref
}

/** A request without an answer that can be told: doubt. */
function unanswered(call: Exclude<Call<unknown>, { kind: 'answered' }>): Doubt {
  return call.kind === 'unknown' ? call : doubt(requests.refusal(call))
}

/** `absent` and `failed` are no ends: Stripe answered something else than it said before. */
function begun(seen: Seen): Outcome {
  return seen.kind === 'absent' || seen.kind === 'failed'
    ? doubt('Stripe has not settled the payment yet')
    : seen
}

function intentOf({ key, intentId }: IntentRow): string {
  if (intentId === null) throw new Error(`key ${key} was withdrawn without an intent`)
  return intentId
}
