import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@/setup/process/console'
import type { Fault } from '../../stripe-double/fault-proxy'
import { ACCIDENTS, type Accident } from '../accidents'
import type { Installation } from '../installation'
import type { Order, Step, StripeBank, Struck } from './bank'

/** Accidents of the simulated bank's list that strike elsewhere than at the bank. */
const OF_ANY_BANK = ['S4', 'S6', 'N2', 'N10a', 'N10b', 'D2', 'D3', 'J4']
/** 30 s: a withdrawal comes within a few, and then the request may arrive. */
const WITHDRAWN_MS = 30_000
/** 3 s for which Stripe gives a 500 again that it has kept. */
const KEPT_MS = 3_000
/** 1.5 s until Stripe knows a fee that it did not know at once. */
const FEE_MS = 1_500

/** Accidents at a request, by what happens there. A kill strikes the process that asks, server or worker. */
function strikesAt(bank: StripeBank) {
  const at = (
    id: string,
    description: string,
    order: (happened: () => void, installation: Installation) => Omit<Order, 'amount'>,
    more: Partial<Accident> = {},
  ): Accident => ({
    id,
    description,
    ...more,
    arm: async (installation, { amount }) =>
      bank.arm({ amount, ...order(() => installation.happened(id), installation) }),
  })
  const killed = (
    id: string,
    description: string,
    step: Step,
    when: 'asked' | 'answered',
    more?: Partial<Accident>,
  ) =>
    at(
      id,
      `killed ${description}`,
      (happened) => ({
        step,
        [when]: async ({ process }: Struck) => {
          await kill(process, happened)
          return 'reset'
        },
      }),
      { kills: true, ...more },
    )
  const faulty = (id: string, description: string, step: Step, fault: Fault) =>
    at(id, description, (happened) => ({
      step,
      asked: () => {
        happened()
        return fault
      },
    }))
  /** Strikes at our own table: the first statement that names the intent is its claim. */
  const atClaim = (id: string, description: string, when: 'before' | 'later') =>
    at(
      id,
      `killed ${description}`,
      (happened) => ({
        step: 'create',
        answered: ({ process, intentId }) =>
          process.database.arm({ at: [intentId], when, meanwhile: () => void kill(process, happened) }),
      }),
      { kills: true },
    )
  /** Stripe keeps a 500 under its key, and gives it again. */
  const failing = (id: string, description: string, step: Step) =>
    at(id, description, (happened) => ({
      step,
      asked: ({ intentId }) => {
        bank.double.failNext(step === 'create' ? '/v1/payment_intents' : `${intentId}/${step}`)
        happened()
        return 'none'
      },
    }))
  return { at, killed, faulty, atClaim, failing }
}

/**
 * What may happen between the product and Stripe, by the steps of a charge: create an intent, claim it for the key in our own table, confirm
 * it, and cancel it where it was declined or withdrawn.
 */
export function stripeAccidents(bank: StripeBank): readonly Accident[] {
  const { at, killed, faulty, atClaim, failing } = strikesAt(bank)
  return [
    killed('G20', 'before Stripe is asked for an intent', 'create', 'asked'),
    killed('G21', 'when Stripe has made the intent', 'create', 'answered'),
    atClaim('G22', 'before the intent is claimed', 'before'),
    atClaim('G23', 'when the intent was sent to be claimed', 'later'),
    killed('G24', 'between claim and confirmation', 'confirm', 'asked'),
    killed('G25', 'when Stripe has confirmed', 'confirm', 'answered'),
    killed('G26', 'between a decline and the cancellation of its intent', 'cancel', 'asked', {
      card: 'pm_card_declined',
    }),
    killed('G27', 'when the intent of a decline is cancelled', 'cancel', 'answered', {
      card: 'pm_card_declined',
    }),
    faulty('G28', 'the answer with the intent is lost', 'create', 'answer lost'),
    faulty('G28b', 'the connection is cut after the intent was made', 'create', 'answer reset'),
    faulty('G29', 'the confirmation is lost on its way', 'confirm', 'request lost'),
    faulty('G29b', 'the connection is cut before the confirmation', 'confirm', 'reset'),
    faulty('G30', 'the answer to the confirmation is lost', 'confirm', 'answer lost'),
    faulty('G30b', 'the connection is cut after the confirmation', 'confirm', 'answer reset'),
    faulty('G31', 'something between answers 502 after the confirmation', 'confirm', 'error after'),
    failing('G32', 'Stripe answers 500 to create, and keeps that under the key', 'create'),
    failing('G32b', 'Stripe answers 500 to confirm, and keeps that under the key', 'confirm'),
    faulty('G33', 'Stripe answers 429 to the confirmation', 'confirm', 'too many'),
    faulty('G34', 'Stripe answers 409 to the confirmation', 'confirm', 'key in use'),
    at('G35', 'the confirmation arrives after the withdrawal', (happened) => ({
      step: 'confirm',
      asked: async ({ intentId }) => {
        const { account } = bank.double
        if (await until(() => account.intent(intentId).status === 'canceled', WITHDRAWN_MS)) happened()
        return 'none' as const
      },
    })),
    at(
      'G36',
      'killed before the claim of an intent, and Stripe has forgotten its keys',
      (happened) => ({
        step: 'create',
        answered: async ({ process }) => {
          await kill(process, happened)
          bank.double.forgetKeys()
        },
      }),
      { kills: true },
    ),
    at('G37', 'Stripe knows the fee later', (happened) => ({
      step: 'confirm',
      asked: () => {
        bank.double.account.lateFees = true
        return 'none'
      },
      answered: () => settleFeesLater(bank, happened),
    })),
    {
      id: 'W34',
      description: 'a worker is killed while it works on an event',
      arm: async (installation) => killAtEvent(bank, installation),
    },
    ...OF_ANY_BANK.flatMap((id) => ACCIDENTS.filter((accident) => accident.id === id)),
  ]
}

/** What may happen to a refund: Stripe is asked for the charge's refunds first, and makes one where none has our key. */
export function refundAccidents(bank: StripeBank): readonly Accident[] {
  const { at, killed, faulty } = strikesAt(bank)
  return [
    killed('G40', 'before Stripe is asked for a refund', 'refund', 'asked'),
    killed('G41', 'when Stripe has made the refund', 'refund', 'answered'),
    at(
      'G42',
      'killed when Stripe has made the refund, and Stripe has forgotten its keys',
      (happened) => ({
        step: 'refund',
        answered: async ({ process }) => {
          await kill(process, happened)
          bank.double.forgetKeys()
        },
      }),
      { kills: true },
    ),
    faulty('G43', 'the refund is lost on its way', 'refund', 'request lost'),
    faulty('G43b', 'the connection is cut before the refund', 'refund', 'reset'),
    faulty('G44', 'the answer with the refund is lost', 'refund', 'answer lost'),
    faulty('G44b', 'the connection is cut after the refund', 'refund', 'answer reset'),
    faulty('G45', 'something between answers 502 after the refund', 'refund', 'error after'),
    at('G46', 'Stripe answers 500 to a refund, and keeps that under the key for some time', (happened) => ({
      step: 'refund',
      asked: () => {
        bank.double.failNext('/v1/refunds')
        happened()
        // A day, at Stripe. As long as it keeps the 500, nobody can say what became of the refund.
        void pause(KEPT_MS).then(() => bank.double.forgetKeys())
        return 'none'
      },
    })),
    faulty('G47', 'Stripe answers 429 to a refund', 'refund', 'too many'),
    faulty('G48', 'Stripe answers 409 to a refund', 'refund', 'key in use'),
  ]
}

/** The accidents of a short lap: kills at the boundaries of a charge, and one of each kind of the others. */
export const SHORT: readonly string[] =
  'G24 G25 G30 G31 G32 G33 G34 G35 G36 W34 D2 G40 G41 G42 G44 G46'.split(' ')

/** The sender's accidents, which strike events and no purchase. */
export const EVENT_ACCIDENTS = ['W30', 'W31', 'W32', 'W33'] as const

/** Counts only once the process has died. */
async function kill(process: Struck['process'], happened: () => void): Promise<void> {
  const { deaths } = process
  process.signal('SIGKILL')
  if (await until(() => process.deaths > deaths, 2_000)) happened()
}

function settleFeesLater({ double: { account } }: StripeBank, happened: () => void): void {
  if (account.charges.some((one) => one.status === 'succeeded' && one.balance_transaction === null))
    happened()
  void pause(FEE_MS).then(() => {
    account.settleFees()
    account.lateFees = false
  })
}

/** The next worker that asks Stripe while events are being worked on. */
function killAtEvent(bank: StripeBank, installation: Installation): void {
  bank.onWorkersRequest = async (worker) => {
    const busy = await installation.owner
      .query('SELECT 1 FROM stripe_event WHERE lease_until > now()')
      .catch(() => null)
    if (!busy?.rowCount) return
    bank.onWorkersRequest = async () => undefined
    await kill(worker, () => installation.happened('W34'))
  }
}
