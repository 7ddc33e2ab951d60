import type { AnyOperation, Upkeep } from '@payonce/idempotency'
import type { SqlForm } from '@payonce/idempotency/sql'
import { forgetAlerts } from '@/alerts/raise'
import { expireOrders } from '@/checkout/orders/expire'
import { EVENTS_MAX } from '@/checkout/receipts/mail-new'
import { sealLedger } from '@/ledger/seal'
import { sumLedger } from '@/ledger/sums'
import { uuidv7 } from '@/lib/id'
import { forgetMails } from '@/mail/queue'
import { countAttempts, forgetAttempts } from '@/payments/attempt-counts'
import { countHours } from '@/payments/counted'
import { forgetStripeEvents } from '@/payments/stripe/inbox/queue'
import { reencryptAnswers } from '@/platform/answers/reencrypt'
import { checkChanges, checkStrays } from '@/platform/integrity-checks'
import { forgetEvents } from '@/platform/outbox'
import { indexSearches } from '@/platform/search-index'
import { forgetDeliveries } from '@/webhooks/queue'
import { refreshAlerts, sendDueMails } from '../alerting'
import type { Core } from '../core'
import { forgetViolations } from '../csp-reports'
import { mailReceipts } from '../receipts/receipt-mails'
import { forgetRequests } from '../request-log/forget'
import { inboxJobs } from '../stripe-inbox/inbox'
import { CLOCK_MS, followClock } from './clock'
import { expireAuthorisations } from './expire-authorisations'
import type { Job } from './job'
import { checkCheckout } from './page-check'
import { WholeChecks } from './whole-checks'

/**
 * Rows per batch of upkeep. 500: some milliseconds of locks, and a million expired answers are deleted in half
 * an hour.
 */
const UPKEEP_BATCH = 500
/** Records per batch of the resolver. 20: they are settled side by side, within the pool. */
const RESOLVER_BATCH = 20
/**
 * Records that the resolver passes in one statement. 10,000: some 20 ms; what was written while no worker ran is passed at half a million a
 * turn.
 */
const MARK_BATCH = 10_000
/** Ledger transactions per batch of sealing. 2,000: a quarter of a second, and 100,000 in one turn. */
const SEAL_BATCH = 2_000
/** 5 s: what was changed before it was sealed cannot be found, so that time is kept short. */
const SEAL_MS = 5_000
/**
 * Ledger transactions, and attempts, per batch of summing. 10,000: half a second, so that the first turn on an old ledger stays within a
 * statement's time.
 */
const SUM_BATCH = 10_000
/** 10 s: what is not summed yet is read row by row, so that time is kept short. */
const SUM_MS = 10_000
/** Hours per batch of counting. 48: two days of 10,000 payments each take 150 ms. */
const COUNT_BATCH = 48
/** 30 s: what has changed late is counted row by row until then. */
const COUNT_MS = 30_000
/** Payments and records per batch of copying for searches. 2,000: half a second. */
const SEARCH_BATCH = 2_000
/** 10 s: what is not copied yet is read row by row, so that time is kept short. */
const SEARCH_MS = 10_000
/** Money is compared in every fourth turn of the reconciler, every two minutes: nobody waits for it, as a shopper does for a surplus charge. */
const MOVEMENTS_PER_RECONCILE = 4
/** Settled payments per batch of checking changes. 2,000: a second or two, with all that hangs on them. */
const CHANGES_BATCH = 2_000
/** 10 s: what was written since is not checked yet, and the pages say so. */
const CHANGES_MS = 10_000
/** 5 s: how long somebody who asks for a check of everything waits for its beginning. Nothing due costs one small query. */
const WHOLE_MS = 5_000
/** 10 s: as long as a new fact waits to be noticed by the other checks. */
const ALERTS_MS = 10_000
/** 5 s: a mail leaves soon after it is written; nothing due costs one small query. */
const MAIL_MS = 5_000
/** 10 s: the event of an expiry is that late; nothing due costs one small query. */
const EXPIRY_MS = 10_000
/** Orders per batch of marking. 100: some milliseconds of locks, which payments of these orders would only be refused behind. */
const EXPIRY_BATCH = 100
/** Authorisations per batch of voiding. 20: each asks the bank, one after the other. */
const AUTHORISATIONS_BATCH = 20
const MINUTE_MS = 60_000
/** 10 minutes: PCI DSS 11.6.1 asks for once a week; it costs one page. */
const PAGE_CHECK_MS = 10 * MINUTE_MS

export function jobsOf(core: Core): Job[] {
  const jobs = ownJobsOf(core)
  // Opens and ends alerts by the facts, and writes the mails about them. It knows which jobs there are, so that one that does not run is missed.
  const alerts: Job = {
    name: 'alerts',
    everyMs: ALERTS_MS,
    batchMax: Number.POSITIVE_INFINITY,
    run: () => refreshAlerts(core, jobs),
  }
  return [...jobs, alerts]
}

function ownJobsOf(core: Core): Job[] {
  const { reconcile, reconcileMovements, env } = core
  const upkeep: Upkeep = core.store
  const whole = new WholeChecks(core.db, env.DATABASE_URL)
  return [
    // Settles records that a crash left behind, and asks the bank about those in doubt.
    {
      name: 'resolver',
      everyMs: env.PAYONCE_RESOLVER_MS,
      batchMax: RESOLVER_BATCH,
      run: () => resolve(core),
    },
    { name: 'reaper', everyMs: MINUTE_MS, batchMax: UPKEEP_BATCH, run: () => upkeep.reap(UPKEEP_BATCH) },
    {
      name: 'reconciler',
      everyMs: env.PAYONCE_RECONCILE_MS,
      batchMax: Number.POSITIVE_INFINITY,
      run: async () => (await reconcile()).chargesRead,
    },
    // Compares the bank's movements of money with the ledger.
    {
      name: 'movements',
      everyMs: MOVEMENTS_PER_RECONCILE * env.PAYONCE_RECONCILE_MS,
      batchMax: Number.POSITIVE_INFINITY,
      run: async () => (await reconcileMovements()).read,
    },
    {
      name: 'retention',
      everyMs: MINUTE_MS,
      batchMax: UPKEEP_BATCH,
      run: async () => {
        await forgetViolations(core.db)
        return Math.max(
          await upkeep.expireAnswers(UPKEEP_BATCH),
          await forgetAttempts(core.db, UPKEEP_BATCH),
          await forgetDeliveries(core.db, UPKEEP_BATCH),
          await forgetEvents(core.db, uuidv7(), UPKEEP_BATCH),
          await forgetStripeEvents(core.db, UPKEEP_BATCH),
          await forgetAlerts(core.db, UPKEEP_BATCH),
          await forgetMails(core.db, UPKEEP_BATCH),
          await forgetRequests(core.db, env.PAYONCE_REQUEST_LOG_DAYS, UPKEEP_BATCH),
        )
      },
    },
    // Encrypts answers anew after their key was rotated, and those that were stored before there were keys.
    {
      name: 'answer-keys',
      everyMs: MINUTE_MS,
      batchMax: UPKEEP_BATCH,
      run: () => reencryptAnswers(core.db, core.answerKeys, UPKEEP_BATCH),
    },
    // Marks orders whose time to pay has passed. None of them is paid before that either.
    {
      name: 'order-expiry',
      everyMs: EXPIRY_MS,
      batchMax: EXPIRY_BATCH,
      run: () => expireOrders(core.db, EXPIRY_BATCH),
    },
    // Voids authorisations whose time to be captured has passed.
    {
      name: 'authorisations',
      everyMs: EXPIRY_MS,
      batchMax: AUTHORISATIONS_BATCH,
      run: () => expireAuthorisations(core, AUTHORISATIONS_BATCH, uuidv7),
    },
    // Finds a clock of the database that was put back, and ends what would wait for it.
    {
      name: 'clock',
      everyMs: CLOCK_MS,
      batchMax: Number.POSITIVE_INFINITY,
      run: () => followClock(core),
    },
    // Compares the checkout, as browsers get it, with what was built.
    {
      name: 'page-check',
      everyMs: PAGE_CHECK_MS,
      batchMax: Number.POSITIVE_INFINITY,
      run: () => checkCheckout(core),
    },
    // Adds committed postings to the ledger's hash chain.
    { name: 'seal', everyMs: SEAL_MS, batchMax: SEAL_BATCH, run: () => sealLedger(core.db, SEAL_BATCH) },
    // Adds committed postings to the sums from which balances are read, and with committed attempts to the counts of the overview.
    {
      name: 'sums',
      everyMs: SUM_MS,
      batchMax: SUM_BATCH,
      run: async () => Math.max(await sumLedger(core.db, SUM_BATCH), await countAttempts(core.db, SUM_BATCH)),
    },
    // Counts the payments of hours that are over, for the overview.
    { name: 'counts', everyMs: COUNT_MS, batchMax: COUNT_BATCH, run: () => countHours(core.db, COUNT_BATCH) },
    // Copies what people search to where it is found quickly.
    {
      name: 'search',
      everyMs: SEARCH_MS,
      batchMax: SEARCH_BATCH,
      run: () => indexSearches(core.db, SEARCH_BATCH),
    },
    ...inboxJobs(core, core.stripeAccounts),
    // Checks the invariants: for what was written since the last turn, and once in 24 hours for every row.
    {
      name: 'changes-check',
      everyMs: CHANGES_MS,
      batchMax: CHANGES_BATCH,
      run: async () => {
        await checkStrays(core.db)
        return checkChanges(core.db, CHANGES_BATCH)
      },
    },
    {
      name: 'whole-check',
      everyMs: WHOLE_MS,
      batchMax: Number.POSITIVE_INFINITY,
      run: (stopping) => whole.run(stopping),
    },
    // Writes the receipts of what was paid since the last turn, for merchants who have chosen it.
    {
      name: 'receipts',
      everyMs: MAIL_MS,
      batchMax: EVENTS_MAX,
      run: () => mailReceipts(core),
    },
    {
      name: 'mail',
      everyMs: MAIL_MS,
      batchMax: Number.POSITIVE_INFINITY,
      run: (stopping) => sendDueMails(core, stopping),
    },
  ]
}

/**
 * Recovers every operation of the registry, so that none is forgotten.
 * @returns the records of the operation that had most, so that a full batch of one of them is followed by the next
 */
async function resolve({ engine, operations, store }: Core): Promise<number> {
  for (let batch = 0; batch < BATCHES_MAX && (await store.markOverdue(MARK_BATCH)) >= MARK_BATCH; batch++);
  const requestId = uuidv7()
  let most = 0
  for (const operation of Object.values(operations) as AnyOperation<SqlForm>[])
    most = Math.max(most, await engine.recover(operation, RESOLVER_BATCH, requestId))
  return most
}

/** Batches per turn. 50: a backlog is worked off, and neither a stop nor another job waits for long. */
const BATCHES_MAX = 50

/** Runs one turn of a job: batches, as long as they are full. @returns the rows that were handled */
export async function turn(job: Job, stopping: AbortSignal): Promise<number> {
  let handled = 0
  for (let batch = 0; batch < BATCHES_MAX && !stopping.aborted; batch++) {
    const rows = await job.run(stopping)
    handled += rows
    if (rows < job.batchMax) break
  }
  return handled
}
