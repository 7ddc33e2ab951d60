/**
 * The JSON of the HTTP API. Amounts are integers in minor units of their currency (2400 in EUR is €24.00),
 * times are RFC 3339 in UTC.
 */

/** Texts of your own, which are kept with an order or a payment and sent back. */
export type Metadata = Record<string, string>

/** One line of an order. */
export interface Item {
  name: string
  quantity: number
  unitAmount: number
}

/** An order to be made. Its amount is the sum of its items. */
export interface NewOrder {
  currency: string
  items: readonly Item[]
  customerEmail?: string
  reference?: string
  metadata?: Metadata
  /** Where the link on the receipt leads: absolute, https; `{ORDER_ID}` stands for the order's id. Nobody is sent there without a click. */
  successUrl?: string
  /** Where the link on the checkout leads for a shopper who does not pay. */
  cancelUrl?: string
  /** From this instant on (RFC 3339) no payment of the order begins. */
  expiresAt?: string
}

/** What is left out stays. */
export interface OrderChanges {
  /** All items of the order, also those that stay. */
  items?: readonly Item[]
  /** Null: it does not expire. */
  expiresAt?: string | null
  /** The version that you have read: if the order is at another one, nothing is done. */
  version?: number
}

/** An order, which is paid on the page behind `checkoutUrl` or by `payments.create`. */
export interface Order {
  id: string
  checkoutUrl: string
  amount: number
  currency: string
  status: 'open' | 'paid' | 'cancelled' | 'expired'
  /** Grows whenever the items change. */
  version: number
  expiresAt: string | null
  reference: string | null
  customerEmail: string | null
  metadata: Metadata
  successUrl: string | null
  cancelUrl: string | null
  items: Item[]
  createdAt: string
}

/** An address to share. Send `amount` or `items`. */
export interface NewPaymentLink {
  name: string
  currency: string
  amount?: number
  items?: readonly Item[]
  /** How many orders may be made from it that are paid, or can still be. Left out: any number. */
  maxUses?: number
  /** RFC 3339. From then on it takes no new orders. */
  endsAt?: string
}

/** An address at which each shopper gets an order of their own. */
export interface PaymentLink {
  id: string
  /** The address to share. */
  url: string
  name: string
  currency: string
  amount: number
  items: Item[]
  state: 'active' | 'paused' | 'ended' | 'used-up'
  paused: boolean
  maxUses: number | null
  endsAt: string | null
  uses: number
  paid: number
  /** Of the paid orders, before refunds. */
  paidAmount: Sum
  createdAt: string
}

/** A payment of an order, whose amount the server knows, or of an amount without one. */
export type NewPayment =
  | { orderId: string; paymentMethod: string; capture?: Capture }
  | {
      amount: number
      currency: string
      paymentMethod: string
      capture?: Capture
      description?: string
      metadata?: Metadata
    }

/** `manual`: the amount is only reserved, until `payments.capture` charges it or `payments.void` releases it. Left out: it is charged at once. */
export type Capture = 'automatic' | 'manual'

/** A payment. Its `status` says what became of it. */
export interface Payment {
  id: string
  orderId: string
  amount: number
  currency: string
  /** `requires_action` is a value, not an error: send the customer to `nextAction.url`, then ask again. */
  status: string
  paymentMethod: string
  cardLabel: string | null
  declineCode: string | null
  amountRefunded: number
  description: string | null
  metadata: Metadata
  receiptUrl: string | null
  nextAction: { type: 'redirect'; url: string } | null
  /** Only where a part was captured: what had been reserved. `amount` is what was charged. */
  amountAuthorised?: number
  /** Only of a payment that was authorised: from then on it cannot be captured, and what was reserved is released. */
  captureBefore?: string
  createdAt: string
}

/** Default amount: the whole that is authorised. */
export interface NewCapture {
  amount?: number
}

/** Default amount: all that is left to refund. */
export interface NewRefund {
  amount?: number
  reason?: string
}

/** A refund of a payment, in full or in part. */
export interface Refund {
  id: string
  paymentId: string
  amount: number
  currency: string
  status: 'pending' | 'succeeded' | 'failed'
  reason: string | null
  createdAt: string
}

/** What a call would do now. Nothing was written, and the bank was not asked. */
export interface DryRun {
  operation: Operation
  executed: false
  /** The key that was given has the answer to this very request: it would come again, and nothing would be done. Null: it has none. */
  replay: { status: number; problem: string | null } | null
  /** What the bank would be asked for; null: it would not be asked. */
  bank: {
    request: 'charge' | 'authorise' | 'capture' | 'release' | 'refund'
    amount: number
    currency: string
  } | null
  /** What there would be afterwards, if the bank says yes; what it would say is not known. Null on a replay. */
  outcome: {
    resource: 'payment' | 'refund' | 'order'
    /** Null: it would be created. */
    id: string | null
    status: string
    /** Of an order. */
    version?: number
    amount: number
    currency: string
  } | null
  postings: DryPosting[]
}

/** A posting that would be written. */
export interface DryPosting {
  /** `pending`: in no balance. `posted`: in the ledger. `voided`: a pending one would end without being posted. */
  state: 'pending' | 'posted' | 'voided'
  kind: string
  currency: string
  /** A debit is positive, a credit negative. */
  lines: { account: string; amount: number }[]
  /** The account from whose line the bank's fee would be taken; how much, only its answer says. */
  feeFrom?: string
}

/** What a key is bound to: the same key on another operation is another one. */
export type Operation =
  | 'orders.create'
  | 'orders.change'
  | 'orders.cancel'
  | 'payments.create'
  | 'payments.capture'
  | 'payments.void'
  | 'refunds.create'

/** Status of a key. */
export interface KeyState {
  operation: Operation
  key: string
  /**
   * `unknown`: in doubt, the server is asking the bank. `released`: nothing was executed, and the same
   * request may be sent again. `expired`: the answer was deleted.
   */
  state: 'in_progress' | 'unknown' | 'completed' | 'expired' | 'released'
  status: number | null
  /** Kind of the stored problem; null for a success. */
  problem: string | null
  resource: { id: string; url: string | null } | null
  createdAt: string
  completedAt: string | null
  expiresAt: string
}

/** A sum in minor units: a number, or a decimal string beyond 2^53 − 1, where a number would be rounded. `BigInt(sum)` reads both. */
export type Sum = number | string

/** An account of the ledger, with its sums. */
export interface Account {
  id: string
  code: string
  name: string
  type: string
  currency: string
  debits: Sum
  credits: Sum
  balance: Sum
  /** Reserved on cards and not captured yet: no part of `balance`. */
  pending: Sum
  entries: number
  lastEntryAt: string | null
}

/** One side of a posting: what is booked on an account. */
export interface Entry {
  [fact: string]: unknown
  accountId: string
  amount: number
  currency: string
}

/** A posting of the ledger: its entries sum to zero. */
export interface Transaction {
  id: string
  kind: string
  description: string
  paymentId: string | null
  postedAt: string
  entries: Entry[]
}

/** One page of a list. `nextCursor` leads to the next one; null: this is the last. */
export interface Page<T> {
  items: T[]
  nextCursor: string | null
}

/** Which page of a list. Without `cursor` it is the first. */
export interface PageQuery {
  limit?: number
  cursor?: string
}

/** Which payments, and which page of them. Times in RFC 3339. */
export interface PaymentQuery extends PageQuery {
  status?: string
  createdAfter?: string
  createdBefore?: string
}
