import { setTimeout as pause } from 'node:timers/promises'
import { createApiKey } from '@/access/api-key'
import { showId, uuidv7 } from '@/lib/id'
import { sql } from '@/platform/db'
import { until } from '@/setup/process/console'
import { failRefund } from '../../stripe-double/payouts'
import type { Accident } from '../accidents'
import type { History } from '../history'
import type { Installation } from '../installation'
import { askOverRest } from '../program'
import type { Chance } from '../random'
import type { Campaign } from '../rounds'
import type { StripeBank } from './bank'

/** A refund that a program asks for, under a key of its own. No other of its charge has the amount, by which Stripe's journal is searched. */
export interface RefundTry {
  key: string
  payment: string
  charge: string
  amount: number
  accident: string
}

/** 5 purchases, of which the bank should charge the first. */
const PURCHASES = 5
/** 60 s until a refund is answered for good: a doubt ends within some leases. */
const GIVE_UP_MS = 60_000
/** 21 days: the card's bank may return a refund for weeks. */
const LATER_MS = 21 * 86_400_000
/** Share of the refunds that the card's bank returns. */
const RETURNED = 0.5

/** Refunds of purchases that were charged, struck at each request to Stripe, and some of them returned weeks later. */
export class Refunds {
  readonly tries: RefundTry[] = []

  private constructor(
    private readonly parts: {
      installation: Installation
      bank: StripeBank
      playing: Campaign
      history: History
      dice: Chance
    },
    private readonly token: string,
  ) {}

  static async open(parts: Refunds['parts']): Promise<Refunds> {
    const { db, merchantId } = parts.installation
    const key = {
      merchantId,
      name: 'Chaos',
      scopes: ['refunds:write'] as const,
      expiresInDays: null,
      by: 'lab',
    }
    const made = await createApiKey(db, key, uuidv7)
    if (!made) throw new Error('the merchant of the lab is not there')
    return new Refunds(parts, made.token)
  }

  /** A payment to give back. On a machine that does much else the bank may answer too late, and then nothing is charged: so it is tried again. */
  private async buy(): Promise<{ id: string; ref: string; amount: bigint }> {
    const { installation, playing } = this.parts
    for (let turn = 0; turn < PURCHASES; turn++) {
      await playing.buyUndisturbed('pm_card_visa')
      const amount = playing.purchases.at(-1)?.amount ?? 0n
      const [bought] = await installation.db.$queryRaw<{ id: string; ref: string }[]>(
        sql`SELECT id::text, gateway_ref AS ref FROM payment WHERE amount = ${amount}::bigint AND status = 'succeeded'`,
      )
      if (bought) return { ...bought, amount }
    }
    throw new Error(`none of ${PURCHASES} purchases without an accident was charged`)
  }

  /** Buys, and gives back a part and then the rest; the accident strikes the first of them. */
  async play(accident: Accident): Promise<void> {
    const { installation, dice } = this.parts
    const { amount, ...bought } = await this.buy()
    const part = Number(amount) / 3
    const of = (share: number, what: string): RefundTry => ({
      key: `refund-${what}-${amount}-${dice.below(1e9)}`,
      payment: showId('pay', bought.id),
      charge: bought.ref,
      amount: Math.floor(share),
      accident: accident.id,
    })
    // A strike names the purchase by its amount.
    await accident.arm(installation, { amount } as Parameters<Accident['arm']>[1])
    await this.make(of(part, 'part'))
    await this.make(of(Number(amount) - Math.floor(part), 'rest'))
  }

  async makeUp(missed: () => readonly Accident[]): Promise<void> {
    for (let turn = 0; turn < 3; turn++) for (const accident of missed()) await this.play(accident)
  }

  /** Weeks later the card's bank returns some of them, and the first of those is made again under a new key. */
  async returnSome(): Promise<void> {
    const { bank, dice, installation } = this.parts
    const { account } = bank.double
    account.aheadMs = LATER_MS
    bank.double.forgetKeys()
    const returned = this.tries.filter((_, at) => at === 0 || dice.next() < RETURNED)
    for (const { charge, amount } of returned) {
      const made = account.refunds.find((one) => one.charge === charge && one.amount === amount)
      if (made?.status === 'succeeded') failRefund(account, made.id)
    }
    const [again] = returned
    if (!again) return
    const isBack = async () => {
      const rows = await installation.owner.query(
        'SELECT 1 FROM refund WHERE returned_at IS NOT NULL AND charge_ref = $1 AND amount = $2',
        [again.charge, again.amount],
      )
      return rows.rowCount === 1
    }
    // One less: its own amount is that of the one which came back.
    if (await until(isBack, GIVE_UP_MS, 500))
      await this.make({ ...again, key: `${again.key}-again`, amount: again.amount - 1 })
  }

  /** The answer that its program got in the end; null: none. */
  told({ key }: RefundTry): number | null {
    return (
      this.parts.history.tries.findLast((one) => one.key === key && one.outcome === 'answer')?.status ?? null
    )
  }

  /** Each once more, to both servers: the answers now are the stored ones. */
  async replayAll(): Promise<void> {
    for (const refund of this.tries) for (const index of [0, 1]) await this.press(refund, index)
  }

  /** Asks until the answer is final; one in three asks both servers at once. */
  private async make(refund: RefundTry): Promise<void> {
    const { dice, installation } = this.parts
    this.tries.push(refund)
    const first = dice.below(2)
    const second = dice.next() < 0.3 ? pause(dice.below(120)).then(() => this.press(refund, 1 - first)) : null
    let answered = await this.press(refund, first)
    await second
    const end = Date.now() + GIVE_UP_MS
    for (let turn = first; !answered && Date.now() < end; turn++) {
      await pause(200)
      await installation.servers[turn % 2]?.ready()
      answered = await this.press(refund, turn % 2)
    }
  }

  private async press({ key, payment, amount }: RefundTry, index: number): Promise<boolean> {
    const { installation, history } = this.parts
    const began = performance.now()
    history.began(key, payment, index)
    const seen = await askOverRest(
      installation.servers[index]?.url(`/api/v1/payments/${payment}/refunds`) ?? '',
      this.token,
      { key, body: { amount } },
    )
    history.ended({ key, order: payment, server: index, ...seen, ms: Math.round(performance.now() - began) })
    return seen.outcome === 'answer'
  }
}
