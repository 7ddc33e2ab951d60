import type pg from 'pg'
import type { ChargesQuery, DeclineCode } from '../gateway'
import { captureOpen, releaseOpen } from './authorisation'
import { type CardPlan, planOf } from './cards'
import { listCharges } from './charges'
import { disputeState } from './disputes'
import { listMovements } from './movements'
import { giveBack } from './refund'
import {
  type BankAnswer,
  type BankAuthorisation,
  type BankCancelRequest,
  type BankCapture,
  BankFault,
  type BankRefundRequest,
  type BankRequest,
  type MovedRow,
  type Movement,
  moved,
  newRef,
} from './types'

/** Age at which an unanswered challenge is declined, at the next look-up: an abandoned page must not hold its order for ever. */
const CHALLENGE_ENDS = "interval '15 minutes'"
/** How long the bank reserves an amount. 7 days: as long as most card schemes do. */
const AUTHORISED_FOR = "interval '7 days'"

interface Row {
  token: string
  amount: string
  /** What was captured of it; null: nothing, or it was charged at once. */
  captured_amount: string | null
  currency: string
  status: BankAnswer['status']
  decline_code: DeclineCode | null
  charge_id: string | null
  challenge_id: string | null
  authorisation_id: string | null
  capture_before: Date | null
}

/** A bank whose behaviour is chosen by test tokens. It remembers every key, and counts every charge and refund that really happened. */
export class SimulatedBank {
  /** @param onMovement called for every movement of money, after it happened and before the answer */
  constructor(
    private readonly pool: pg.Pool,
    private readonly onMovement: (movement: Movement) => void = () => undefined,
  ) {}

  /** @throws BankFault by the card's plan, and for a key that was used with another amount */
  async charge(request: BankRequest): Promise<BankAnswer> {
    const plan = planOf(request.token)
    if (plan.delayMs) await new Promise((resolve) => setTimeout(resolve, plan.delayMs))
    if (plan.fault === 'silence-before') throw new BankFault('silence')
    if (plan.fault === 'error-before') throw new BankFault('error')
    const answer = await this.answerOnce(request, plan)
    if (plan.fault === 'silence-after') throw new BankFault('silence')
    if (plan.fault === 'error-after') throw new BankFault('error')
    return answer
  }

  /** Outcome of a key; null when the bank knows nothing of it. */
  async find(key: string): Promise<BankAnswer | null> {
    const { rows } = await this.pool.query<Row>(
      `WITH abandoned AS (
         UPDATE gateway_simulator.request SET status = 'declined', decline_code = 'not_confirmed'
         WHERE idempotency_key = $1 AND status = 'challenge' AND created_at < now() - ${CHALLENGE_ENDS}
         RETURNING *),
       expired AS (
         UPDATE gateway_simulator.request SET status = 'released'
         WHERE idempotency_key = $1 AND status = 'authorised' AND capture_before <= now()
         RETURNING *),
       moved AS (SELECT * FROM abandoned UNION ALL SELECT * FROM expired)
       SELECT * FROM moved
       UNION ALL SELECT * FROM gateway_simulator.request WHERE idempotency_key = $1 AND NOT EXISTS (SELECT FROM moved)`,
      [key],
    )
    return rows[0] ? shown(rows[0]) : null
  }

  /**
   * Withdraws a request that has not arrived, or whose challenge waits: its key is taken, so that it never charges. An earlier outcome
   * stands.
   */
  async cancel(request: BankCancelRequest): Promise<BankAnswer> {
    await this.pool.query(
      `INSERT INTO gateway_simulator.request (idempotency_key, token, amount, currency, status)
       VALUES ($1, '', $2, $3, 'cancelled') ON CONFLICT (idempotency_key) DO UPDATE SET status = 'cancelled'
       WHERE request.status = 'challenge' AND request.amount = excluded.amount AND request.currency = excluded.currency`,
      [request.key, request.amountMinor.toString(), request.currency],
    )
    return this.agreed(request)
  }

  /** Charges, authorises or declines by the shopper's answer. The first answer counts; a second one changes nothing, nor does a late one. */
  async answerChallenge(challengeId: string, passed: boolean): Promise<boolean> {
    const { rows } = await this.pool.query<MovedRow>(
      `WITH answered AS (
         UPDATE gateway_simulator.request SET decline_code = $4,
           status = CASE WHEN $2::text = 'approved' AND capture_mode = 'manual' THEN 'authorised' ELSE $2::text END,
           charge_id = CASE WHEN capture_mode IS NULL THEN $3::text END,
           authorisation_id = CASE WHEN capture_mode = 'manual' THEN $3::text END,
           capture_before = CASE WHEN capture_mode = 'manual' AND $3::text IS NOT NULL THEN now() + ${AUTHORISED_FOR} END
         WHERE challenge_id = $1 AND status = 'challenge' AND created_at >= now() - ${CHALLENGE_ENDS}
         RETURNING idempotency_key, amount, currency, charge_id),
       charged AS (
         INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency)
         SELECT charge_id, idempotency_key, amount, currency FROM answered WHERE charge_id IS NOT NULL
         RETURNING id, idempotency_key, amount, currency)
       SELECT charged.* FROM answered LEFT JOIN charged ON true`,
      [
        challengeId,
        passed ? 'approved' : 'declined',
        passed ? newRef('ch') : null,
        passed ? null : 'not_confirmed',
      ],
    )
    this.reportCharges(rows.filter((row) => row.id !== null))
    return rows.length === 1
  }

  /** Refunds: the refund's reference, or null when less than that is left of the charge. @throws BankFault for a key of another refund */
  refund(request: BankRefundRequest) {
    return giveBack(this.pool, request, this.onMovement)
  }

  /** Captures an authorisation or a part of it, unless it has ended. @returns how it has ended. @throws BankFault */
  async capture(request: BankCapture): Promise<BankAnswer> {
    return this.ended(request, await captureOpen(this.pool, request, this.onMovement))
  }

  /** Releases an authorisation, unless it has ended. @returns how it has ended. @throws BankFault */
  async release(request: BankAuthorisation): Promise<BankAnswer> {
    return this.ended(request, await releaseOpen(this.pool, request))
  }

  /** @param moved whether this request has ended it */
  private async ended(request: BankAuthorisation, moved: boolean): Promise<BankAnswer> {
    const answer = await this.agreed(request)
    if (answer.authorisationId !== request.ref) throw new BankFault('key-reused')
    if (moved && answer.endIsSilent) throw new BankFault('silence')
    return answer
  }

  charges(query: ChargesQuery) {
    return listCharges(this.pool, query)
  }

  movements(query: ChargesQuery) {
    return listMovements(this.pool, query)
  }

  /** How a dispute stands; null: there is none. */
  dispute(ref: string) {
    return disputeState(this.pool, ref)
  }

  /** One statement: the key's row and its charge are there together or not at all. */
  private async answerOnce(request: BankRequest, plan: CardPlan): Promise<BankAnswer> {
    const manual = request.capture === 'manual'
    const approves = plan.verdict === 'approve'
    const chargeIds = approves && !manual ? [newRef('ch'), ...(plan.twice ? [newRef('ch')] : [])] : []
    const authorisationId = approves && manual ? newRef('ch') : null
    const challengeId = plan.verdict === 'challenge' ? newRef('chl') : null
    const status = {
      approve: manual ? 'authorised' : 'approved',
      decline: 'declined',
      challenge: 'challenge',
    }[plan.verdict]
    const amount = request.amountMinor.toString()
    const { rows } = await this.pool.query<MovedRow>(
      `WITH asked AS (
         INSERT INTO gateway_simulator.request (idempotency_key, token, amount, currency, status, decline_code, charge_id, challenge_id,
           capture_mode, authorisation_id, capture_before)
         VALUES ($1, $2, $3, $4, $5, $6, ($7::text[])[1], $8, $9, $10, CASE WHEN $10::text IS NOT NULL THEN now() + ${AUTHORISED_FOR} END) ON CONFLICT (idempotency_key) DO NOTHING RETURNING idempotency_key, amount, currency)
       INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency)
       SELECT id, idempotency_key, amount, currency FROM asked, unnest($7::text[]) id
       RETURNING id, idempotency_key, amount, currency`,
      [
        request.key,
        request.token,
        amount,
        request.currency,
        status,
        plan.declineCode ?? null,
        chargeIds,
        challengeId,
        request.capture ?? null,
        authorisationId,
      ],
    )
    this.reportCharges(rows)
    return this.agreed(request)
  }

  /** The outcome stored under this key. @throws BankFault when it is of another amount */
  private async agreed(request: BankCancelRequest): Promise<BankAnswer> {
    const answer = await this.find(request.key)
    if (answer?.askedMinor !== request.amountMinor || answer.currency !== request.currency)
      throw new BankFault('key-reused')
    return answer
  }

  private reportCharges(rows: MovedRow[]): void {
    for (const row of rows) this.onMovement(moved('charge', row, row.id))
  }
}

function shown(row: Row): BankAnswer {
  const { label: cardLabel, endIsSilent = false } = planOf(row.token)
  return {
    status: row.status,
    askedMinor: BigInt(row.amount),
    amountMinor: BigInt(row.captured_amount ?? row.amount),
    currency: row.currency,
    cardLabel,
    chargeId: row.charge_id,
    declineCode: row.decline_code,
    challengeId: row.challenge_id,
    authorisationId: row.authorisation_id,
    captureBefore: row.capture_before,
    endIsSilent,
  }
}
