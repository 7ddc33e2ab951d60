import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { DeclineCode } from '../gateway'
import { type CardPlan, planOf } from './cards'

/** The role the bank works as: it may write to its own schema and sees nothing of ours. */
export const BANK_ROLE = 'payonce_bank'

export interface BankRequest {
  key: string
  token: string
  amountMinor: bigint
  currency: string
}

/** What the bank knows of a key. */
export interface BankAnswer {
  status: 'approved' | 'declined' | 'challenge'
  amountMinor: bigint
  currency: string
  cardLabel: string
  chargeId: string | null
  declineCode: DeclineCode | null
  challengeId: string | null
}

/** The bank's own failures, as a client meets them. */
export class BankFault extends Error {
  constructor(readonly kind: 'silence' | 'error' | 'key-reused') {
    super(`the bank answered with ${kind}`)
  }
}

interface Row {
  token: string
  amount: string
  currency: string
  status: BankAnswer['status']
  decline_code: DeclineCode | null
  charge_id: string | null
  challenge_id: string | null
}

/** A bank that behaves as its test tokens say. It remembers every key and counts every charge that really happened. */
export class SimulatedBank {
  constructor(private readonly pool: pg.Pool) {}

  /** @throws BankFault as the card's plan says, and for a key that was used with another amount */
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

  /** What became of a key; null when the bank knows nothing of it. */
  async find(key: string): Promise<BankAnswer | null> {
    const { rows } = await this.pool.query<Row>('SELECT * FROM gateway_simulator.request WHERE idempotency_key = $1', [key])
    return rows[0] ? shown(rows[0]) : null
  }

  /** The shopper has answered the challenge: charge, or decline. Answered once; a second answer changes nothing. */
  async answerChallenge(challengeId: string, passed: boolean): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `WITH answered AS (
         UPDATE gateway_simulator.request SET status = $2, charge_id = $3, decline_code = $4 WHERE challenge_id = $1 AND status = 'challenge'
         RETURNING idempotency_key, amount, currency),
       charged AS (
         INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency)
         SELECT $3, idempotency_key, amount, currency FROM answered WHERE $3::text IS NOT NULL)
       SELECT FROM answered`,
      [challengeId, passed ? 'approved' : 'declined', passed ? newRef('ch') : null, passed ? null : 'card_declined'],
    )
    return rowCount === 1
  }

  /** One statement: the key's row and its charge are there together or not at all. */
  private async answerOnce(request: BankRequest, plan: CardPlan): Promise<BankAnswer> {
    const chargeId = plan.verdict === 'approve' ? newRef('ch') : null
    const challengeId = plan.verdict === 'challenge' ? newRef('chl') : null
    const status = { approve: 'approved', decline: 'declined', challenge: 'challenge' }[plan.verdict]
    await this.pool.query(
      `WITH asked AS (
         INSERT INTO gateway_simulator.request (idempotency_key, token, amount, currency, status, decline_code, charge_id, challenge_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (idempotency_key) DO NOTHING RETURNING idempotency_key, amount, currency)
       INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency)
       SELECT $7, idempotency_key, amount, currency FROM asked WHERE $7::text IS NOT NULL`,
      [request.key, request.token, request.amountMinor.toString(), request.currency, status, plan.declineCode ?? null, chargeId, challengeId],
    )
    const answer = await this.find(request.key)
    if (answer?.amountMinor !== request.amountMinor || answer.currency !== request.currency) throw new BankFault('key-reused')
    return answer
  }
}

function shown(row: Row): BankAnswer {
  const { status, currency, charge_id: chargeId, decline_code: declineCode, challenge_id: challengeId } = row
  return {
    status,
    amountMinor: BigInt(row.amount),
    currency,
    cardLabel: planOf(row.token).label,
    chargeId,
    declineCode,
    challengeId,
  }
}

function newRef(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`
}
