import type { AnyOperation } from '@payonce/idempotency'
import type { SqlForm } from '@payonce/idempotency/sql'
import { findRecord } from '@/idempotency/stores/read'
import { uuidv7 } from '@/lib/id'
import { authorisationOf } from '@/payments/authorisation-read'
import { hintDispute } from '@/payments/movements/dispute-store'
import { gatewayNameOf } from '@/payments/stripe/account-store'
import type { InboxAccount, InboxAccounts } from '@/payments/stripe/inbox/account'
import { Applier, type ApplyDeps } from '@/payments/stripe/inbox/apply'
import { PULL_PAGE, pullMissed } from '@/payments/stripe/inbox/pull'
import { type ClaimedEvent, claimEvents, type EventEnd, settleEvents } from '@/payments/stripe/inbox/queue'
import { Receiver } from '@/payments/stripe/inbox/receive'
import type { Core } from '../core'
import { expireAuthorisation } from '../jobs/expire-authorisations'
import type { Job } from '../jobs/job'

/** Events of one batch. 20: they are worked on side by side, within the pool. */
const BATCH = 20
/** 1 s: an event usually comes while the answer to our own request is on its way. */
const APPLY_MS = 1_000
/** 5 s where the installation itself is on another gateway: few of its merchants, or none, have an account at Stripe. */
const APPLY_OWN_MS = 5_000
/** 5 min between two looks for events that Stripe could not deliver. */
const PULL_MS = 5 * 60_000

type Parts = Pick<
  Core,
  'stripe' | 'db' | 'engine' | 'operations' | 'log' | 'metrics' | 'env' | 'send' | 'reconcileMovements'
>

/** The worker's jobs for the events of these accounts. */
export function inboxJobs(core: Parts, accounts: InboxAccounts): Job[] {
  return [
    {
      name: 'stripe-inbox',
      everyMs: core.stripe.length > 0 ? APPLY_MS : APPLY_OWN_MS,
      batchMax: BATCH,
      run: () => applyEvents(core, accounts),
    },
    {
      name: 'stripe-missed',
      everyMs: PULL_MS,
      batchMax: PULL_PAGE,
      run: () => pullEvents(core, accounts),
    },
  ]
}

/** Works on one batch of events that are due. @returns how many */
export async function applyEvents(core: Parts, accounts: InboxAccounts): Promise<number> {
  const known = new Map((await accounts.all()).map((account) => [account.name, account]))
  if (known.size === 0) return 0
  const events = await claimEvents(core.db, [...known.keys()], BATCH)
  const appliers = new Map<string, Applier>()
  const ends = await Promise.all(
    events.map(async (event) => {
      const account = known.get(event.account) as InboxAccount
      const applier = appliers.get(event.account) ?? new Applier(applyDeps(core, account), account)
      appliers.set(event.account, applier)
      return { event, end: await applyOne(core, applier, event) }
    }),
  )
  if (ends.length > 0) await settleAll(core, ends)
  return events.length
}

/** Never rejects: an event that cannot be worked on stops no other. */
async function applyOne({ log }: Parts, applier: Applier, event: ClaimedEvent): Promise<EventEnd> {
  try {
    return await applier.apply(event)
  } catch (error) {
    log.error({ err: error, event: event.id, type: event.type }, 'an event of Stripe could not be worked on')
    return { state: 'failing', reason: 'an error of ours: the log has it' }
  }
}

/** Never rejects: what cannot be written is taken again when its lease has ended. */
async function settleAll({ db, log }: Parts, ends: { event: ClaimedEvent; end: EventEnd }[]): Promise<void> {
  try {
    const kept = await settleEvents(db, ends)
    if (kept.length < ends.length)
      log.debug({ events: ends.length - kept.length }, 'events of Stripe were worked on elsewhere')
  } catch (error) {
    log.error({ err: error, events: ends.length }, 'what became of events of Stripe could not be written')
  }
}

function applyDeps(
  { db, engine, operations, log, metrics, env, reconcileMovements }: Parts,
  { name, merchantId }: InboxAccount,
): ApplyDeps {
  const own = merchantId === null ? null : name
  const requestId = uuidv7()
  const known = Object.values(operations) as AnyOperation<SqlForm>[]
  const recheck: ApplyDeps['recheck'] = async (about) => {
    const record = await findRecord(db, about.merchantId, about.recordId)
    const begunBy = known.find(({ name }) => name === record?.operation)
    if (begunBy) await engine.hint(begunBy, about, requestId)
  }
  return {
    db,
    hintDispute: (ref) => hintDispute(db, gatewayNameOf(own), ref),
    reconcileMoney: () => reconcileMovements(own),
    timeoutMs: env.PAYONCE_GATEWAY_TIMEOUT_MS,
    recheck,
    recheckEnd: async ({ merchantId, id: paymentId }) => {
      const end = (await authorisationOf(db, merchantId, paymentId))?.end
      if (end) await recheck({ merchantId, recordId: end.recordId })
      else await expireAuthorisation({ engine, operations }, { merchantId, paymentId }, requestId)
    },
    onAlert: (event, reason) => {
      metrics.alerts.inc({ operation: 'stripe-webhooks' })
      log.error(
        { event: event.id, type: event.type, object: event.objectId, reason },
        'an event of Stripe needs a person',
      )
    },
  }
}

async function pullEvents({ db, send, log, env }: Parts, accounts: InboxAccounts): Promise<number> {
  const receiver = new Receiver(send)
  const read = await Promise.all(
    (await accounts.all()).map((account) =>
      pullMissed(
        {
          db,
          receiver,
          timeoutMs: env.PAYONCE_GATEWAY_TIMEOUT_MS,
          onSilence: (name, reason) =>
            log.warn({ account: name, reason }, 'the list of undelivered events was not read'),
        },
        account,
      ),
    ),
  )
  return Math.max(0, ...read)
}
