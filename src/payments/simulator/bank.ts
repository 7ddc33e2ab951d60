import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { BankCharge, ChargesPage, ChargesQuery, DeclineCode } from '../gateway'
import { type CardPlan, planOf } from './cards'

/** The role the bank works as: it may write to its own schema and sees nothing of ours. */
export const BANK_ROLE = 'payonce_bank'

/** A challenge that nobody has answered for so long is declined at the next look-up: an abandoned page must not hold its order for ever. */
const CHALLENGE_ENDS = "interval '15 minutes'"

export interface BankRequest {
  key: string
  token: string
  amountMinor: bigint
  currency: string
}

export interface BankRefundRequest {
  key: string
  ref: string
  amountMinor: bigint
  currency: string
}

/** Money that really moved. */
export interface Movement {
  kind: 'charge' | 'refund'
  /** Of the charge, or of the refund. */
  ref: string
  key: string
  amountMinor: bigint
  currency: string
  /** A refund names its charge. */
  chargeRef: string
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

interface MovedRow {
  id: string
  idempotency_key: string
  amount: string
  currency: string
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

/** A bank that behaves as its test tokens say. It remembers every key and counts every charge and refund that really happened. */
export class SimulatedBank {
  /** @param tell is told of every movement of money, after it happened and before anybody is answered */
  constructor(
    private readonly pool: pg.Pool,
    private readonly tell: (movement: Movement) => void = () => undefined,
  ) {}

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
    const { rows } = await this.pool.query<Row>(
      `WITH abandoned AS (
         UPDATE gateway_simulator.request SET status = 'declined', decline_code = 'card_declined'
         WHERE idempotency_key = $1 AND status = 'challenge' AND created_at < now() - ${CHALLENGE_ENDS}
         RETURNING *)
       SELECT * FROM abandoned
       UNION ALL SELECT * FROM gateway_simulator.request WHERE idempotency_key = $1 AND NOT EXISTS (SELECT FROM abandoned)`,
      [key],
    )
    return rows[0] ? shown(rows[0]) : null
  }

  /** The shopper has answered the challenge: charge, or decline. Answered once; a second answer changes nothing, nor does one too late. */
  async answerChallenge(challengeId: string, passed: boolean): Promise<boolean> {
    const { rows } = await this.pool.query<MovedRow & { charged: boolean }>(
      `WITH answered AS (
         UPDATE gateway_simulator.request SET status = $2, charge_id = $3, decline_code = $4
         WHERE challenge_id = $1 AND status = 'challenge' AND created_at >= now() - ${CHALLENGE_ENDS}
         RETURNING idempotency_key, amount, currency),
       charged AS (
         INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency)
         SELECT $3, idempotency_key, amount, currency FROM answered WHERE $3::text IS NOT NULL
         RETURNING id, idempotency_key, amount, currency)
       SELECT charged.* FROM answered LEFT JOIN charged ON true`,
      [challengeId, passed ? 'approved' : 'declined', passed ? newRef('ch') : null, passed ? null : 'card_declined'],
    )
    this.tellOfCharges(rows.filter((row) => row.id !== null))
    return rows.length === 1
  }

  /**
   * Gives money back, once for a key. One statement: the key's row and what the charge still holds change together or not at all,
   * and the table's own CHECK undoes the one of two at once that would give back more than there is.
   * @returns the refund's reference; null when the charge does not hold so much
   * @throws BankFault for a key that was used for another refund
   */
  async refund(request: BankRefundRequest): Promise<string | null> {
    const { rows } = await this.pool
      .query<MovedRow>(REFUND, [request.key, newRef('re'), request.ref, request.amountMinor.toString(), request.currency])
      .catch(unlessItHoldsTooLittle)
    for (const row of rows) this.tell({ ...moved('refund', row), chargeRef: request.ref })
    return this.refundOf(request)
  }

  /** The charges that really happened, oldest first. `after` is where the page before ended: an instant and a reference. */
  async charges({ since, after, limit }: ChargesQuery): Promise<ChargesPage & { kind: 'page' }> {
    const [at, ref] = after === null ? [since.toISOString(), ''] : splitCursor(after)
    const { rows } = await this.pool.query<MovedRow & { refunded_amount: string; created_at: Date; cursor: string }>(
      `SELECT *, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || id AS cursor FROM gateway_simulator.charge
       WHERE (created_at, id) > ($1::timestamptz, $2) ORDER BY created_at, id LIMIT $3`,
      [at, ref, limit],
    )
    const charges = rows.map(
      (row): BankCharge => ({
        ref: row.id,
        key: row.idempotency_key,
        amountMinor: BigInt(row.amount),
        currency: row.currency,
        refundedMinor: BigInt(row.refunded_amount),
        at: row.created_at,
      }),
    )
    return { kind: 'page', charges, next: rows.length < limit ? null : (rows.at(-1)?.cursor ?? null) }
  }

  /** One statement: the key's row and its charge are there together or not at all. */
  private async answerOnce(request: BankRequest, plan: CardPlan): Promise<BankAnswer> {
    const chargeIds = plan.verdict === 'approve' ? [newRef('ch'), ...(plan.twice ? [newRef('ch')] : [])] : []
    const challengeId = plan.verdict === 'challenge' ? newRef('chl') : null
    const status = { approve: 'approved', decline: 'declined', challenge: 'challenge' }[plan.verdict]
    const amount = request.amountMinor.toString()
    const { rows } = await this.pool.query<MovedRow>(
      `WITH asked AS (
         INSERT INTO gateway_simulator.request (idempotency_key, token, amount, currency, status, decline_code, charge_id, challenge_id)
         VALUES ($1, $2, $3, $4, $5, $6, ($7::text[])[1], $8) ON CONFLICT (idempotency_key) DO NOTHING RETURNING idempotency_key, amount, currency)
       INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency)
       SELECT id, idempotency_key, amount, currency FROM asked, unnest($7::text[]) id
       RETURNING id, idempotency_key, amount, currency`,
      [request.key, request.token, amount, request.currency, status, plan.declineCode ?? null, chargeIds, challengeId],
    )
    this.tellOfCharges(rows)
    const answer = await this.find(request.key)
    if (answer?.amountMinor !== request.amountMinor || answer.currency !== request.currency) throw new BankFault('key-reused')
    return answer
  }

  private async refundOf({ key, ref, amountMinor, currency }: BankRefundRequest): Promise<string | null> {
    const { rows } = await this.pool.query<MovedRow & { charge_id: string }>('SELECT * FROM gateway_simulator.refund WHERE idempotency_key = $1', [
      key,
    ])
    const [made] = rows
    if (!made) return null
    if (made.charge_id !== ref || BigInt(made.amount) !== amountMinor || made.currency !== currency) throw new BankFault('key-reused')
    return made.id
  }

  private tellOfCharges(rows: MovedRow[]): void {
    for (const row of rows) this.tell({ ...moved('charge', row), chargeRef: row.id })
  }
}

const REFUND = `
  WITH asked AS (
    INSERT INTO gateway_simulator.refund (idempotency_key, id, charge_id, amount, currency)
    SELECT $1, $2, id, $4::bigint, currency FROM gateway_simulator.charge WHERE id = $3 AND currency = $5 AND amount - refunded_amount >= $4::bigint
    ON CONFLICT (idempotency_key) DO NOTHING RETURNING id, idempotency_key, charge_id, amount, currency)
  UPDATE gateway_simulator.charge c SET refunded_amount = c.refunded_amount + asked.amount FROM asked WHERE c.id = asked.charge_id
  RETURNING asked.id, asked.idempotency_key, asked.amount, asked.currency`

/** The CHECK of what a charge can give back has undone this refund. */
function unlessItHoldsTooLittle(error: unknown): { rows: MovedRow[] } {
  if (error instanceof Error && 'code' in error && error.code === '23514') return { rows: [] }
  throw error
}

function moved(kind: Movement['kind'], row: MovedRow) {
  return { kind, ref: row.id, key: row.idempotency_key, amountMinor: BigInt(row.amount), currency: row.currency }
}

function splitCursor(cursor: string): [at: string, ref: string] {
  const space = cursor.indexOf(' ')
  return [cursor.slice(0, space), cursor.slice(space + 1)]
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
