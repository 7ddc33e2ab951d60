/** A kind of alert, in the words that its page, its mail and docs/operations.md have. */
export interface KindFacts {
  title: string
  /** Money may be wrong or late because of it: it is in the red bar until somebody acknowledges it. */
  money: boolean
  /** What it means for money. */
  means: string
  todo: string
}

/** Every kind of alert. `alert_facts` (prisma/migrations/0072_alerts) finds what is true of each. */
export const KINDS = {
  parked: {
    title: 'A payment or refund waits for a person',
    money: true,
    means:
      'The bank may or may not have moved the money. Nothing is sent again, and the order takes no other payment.',
    todo: 'Open it, look the payment up at the bank, then have the bank asked again. Never charge or refund by hand before that.',
  },
  'doubt-old': {
    title: 'Outcomes are not known for an hour',
    money: true,
    means:
      'Shoppers were told that their payment is being checked. The bank has not said whether it charged.',
    todo: 'See whether the bank answers at all. The worker goes on asking; what it cannot settle is parked.',
  },
  'surplus-parked': {
    title: 'A surplus charge was not given back',
    money: true,
    means:
      'The bank charged more than once for a payment, and refused to give the surplus back. The shopper is owed it.',
    todo: 'Give this charge back at the bank, by its reference, and acknowledge the alert with what you did. It stays in the list.',
  },
  'stray-charge': {
    title: 'The bank has a charge that we do not know',
    money: true,
    means: 'Somebody was charged, and no payment of ours stands for it. It is in no balance.',
    todo: 'Wait while clients may still retry (24 hours): a retry of a lost payment adopts it. After that give it back at the bank.',
  },
  'bank-difference': {
    title: 'A movement at the bank is explained by nothing',
    money: true,
    means:
      'The bank moved money that the ledger does not have, or another amount. Our balance and the bank’s differ by it.',
    todo: 'Open Bank, filter by Difference, and ask the bank what it is. It is judged again in each run.',
  },
  'invariant-broken': {
    title: 'An invariant is broken',
    money: true,
    means: 'The books, the keys or the bank disagree. Figures that depend on these rows may be wrong.',
    todo: 'Keep the Integrity page, stop deployments, run npm run verify, and read the rows that it names. Never mend them by SQL first.',
  },
  'worker-dead': {
    title: 'No worker is running',
    money: true,
    means:
      'Payments go on. Those in doubt are not settled, surplus charges are not given back, and after a day no payment is begun.',
    todo: 'Start the worker, and read the last lines of its log.',
  },
  'checkout-changed': {
    title: 'The checkout is not the one that was built',
    money: true,
    means:
      'Browsers get other headers or scripts than the build has. Card data could be read by somebody else.',
    todo: 'Open Security. Compare the proxy, then the files. If nobody can say why, take the checkout off the net.',
  },
  'job-failing': {
    title: 'A job of the worker fails',
    money: true,
    means:
      'What the job does is not done: doubts, refunds of surplus charges, seals or sums wait, by its name.',
    todo: 'Read the log line “a job failed” with its error.',
  },
  'job-stopped': {
    title: 'A job of the worker does not run',
    money: true,
    means: 'Other jobs run, so the worker lives; what this one does is not done.',
    todo: 'Restart the worker. If it happens again, look for what the job waits for: a lock, or the bank.',
  },
  'queue-late': {
    title: 'Work waits for a worker',
    money: true,
    means:
      'Nothing is lost, and it is late: payments in doubt, events of Stripe, or webhooks to your servers.',
    todo: 'Start more workers, and look for a transaction that was left open in any database of the cluster.',
  },
  'checks-late': {
    title: 'It is not known whether all invariants hold',
    money: false,
    means: 'A mistake in the books would not be noticed while this lasts.',
    todo: 'Open Integrity, which says why. Run npm run verify if you need to know at once.',
  },
  'key-expiring': {
    title: 'An API key is near its end',
    money: false,
    means: 'After its end the program that uses it gets 401 and can take no payment.',
    todo: 'Rotate the key in Developers, give the new one to the program, and revoke the old one.',
  },
  'webhook-failing': {
    title: 'A webhook endpoint fails',
    money: false,
    means:
      'Your server does not learn what happened to payments. Events are kept and sent again; after five days it is disabled.',
    todo: 'Open Webhooks, read the last answer of the endpoint, and mend the server.',
  },
  'webhook-disabled': {
    title: 'A webhook endpoint was disabled',
    money: false,
    means: 'Your server learns nothing of new payments.',
    todo: 'Mend the server, resume the endpoint in Webhooks, and replay what it missed.',
  },
} as const satisfies Record<string, KindFacts>

export type AlertKind = keyof typeof KINDS

export const ALERT_KINDS = Object.keys(KINDS) as AlertKind[]

const OTHER: KindFacts = {
  title: 'Something needs a person',
  money: true,
  means: 'This version does not know this kind of alert.',
  todo: 'Look at it with the version that raised it.',
}

/** The facts of a kind; of one that another version raised, general ones. */
export function factsOfKind(kind: string): KindFacts {
  return Object.hasOwn(KINDS, kind) ? KINDS[kind as AlertKind] : OTHER
}
