import {
  type CallOptions,
  type DryRunOptions,
  doOnce,
  foresee,
  type KeyedOptions,
  type Result,
  read,
} from './call'
import type * as Wire from './resources'
import { type Options, type Settings, settingsOf } from './settings'

/**
 * Client of the Payonce HTTP API. Every call that creates something has one idempotency key, and is repeated
 * under it until the answer is final. Needs web standards only (fetch, AbortController, crypto), so it runs
 * in Node 20, on edge runtimes, in Deno and in Bun.
 */
export class Payonce {
  readonly orders: Orders
  readonly paymentLinks: PaymentLinks
  readonly payments: Payments
  readonly refunds: Refunds
  readonly dryRun: DryRuns
  readonly idempotency: IdempotencyKeys
  readonly ledger: Ledger

  /** @throws TypeError for options that cannot work or are not safe */
  constructor(options: Options) {
    const settings = settingsOf(options)
    this.orders = new Orders(settings)
    this.paymentLinks = new PaymentLinks(settings)
    this.payments = new Payments(settings)
    this.refunds = new Refunds(settings)
    this.dryRun = new DryRuns(settings)
    this.idempotency = new IdempotencyKeys(settings)
    this.ledger = new Ledger(settings)
  }
}

/**
 * Base of the resources. The settings are private at run time, too: a client that is logged does not show its
 * API key.
 */
class Resource {
  readonly #settings: Settings
  constructor(settings: Settings) {
    this.#settings = settings
  }

  protected read<T>(path: string, query: object, options?: CallOptions): Promise<T> {
    return read<T>(this.#settings, path + search(query), options)
  }

  protected doOnce<T>(path: string, body: unknown, options?: KeyedOptions): Promise<Result<T>> {
    return doOnce<T>(this.#settings, path, body, options)
  }

  protected foresee(path: string, body: unknown, options?: DryRunOptions): Promise<Wire.DryRun> {
    return foresee<Wire.DryRun>(this.#settings, path, body, options)
  }

  /** Reads a list page by page, each on demand. */
  protected async *readPages<T>(
    path: string,
    query: Wire.PageQuery,
    options?: CallOptions,
  ): AsyncGenerator<Wire.Page<T>, void> {
    let cursor = query.cursor
    do {
      const page: Wire.Page<T> = await this.read<Wire.Page<T>>(path, { ...query, cursor }, options)
      yield page
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
  }
}

class Orders extends Resource {
  /** Creates an order; `checkoutUrl` is the page where the customer pays it. */
  create(order: Wire.NewOrder, options?: KeyedOptions): Promise<Result<Wire.Order>> {
    return this.doOnce('/orders', order, options)
  }

  /** Changes an open order. @throws PayonceError of the kind `order-under-payment` while a payment holds it, and `order-closed` after its end */
  change(id: string, changes: Wire.OrderChanges, options?: KeyedOptions): Promise<Result<Wire.Order>> {
    return this.doOnce(`/orders/${part(id)}`, changes, options)
  }

  /** Cancels an open order: nobody can pay it any more. @throws as `change` */
  cancel(id: string, at: { version?: number } = {}, options?: KeyedOptions): Promise<Result<Wire.Order>> {
    return this.doOnce(`/orders/${part(id)}/cancel`, at, options)
  }

  get(id: string, options?: CallOptions): Promise<Wire.Order> {
    return this.read(`/orders/${part(id)}`, {}, options)
  }
}

class PaymentLinks extends Resource {
  /** Creates a link; each shopper who opens its `url` and continues gets an order of their own. */
  create(link: Wire.NewPaymentLink, options?: KeyedOptions): Promise<Result<Wire.PaymentLink>> {
    return this.doOnce('/payment-links', link, options)
  }

  get(id: string, options?: CallOptions): Promise<Wire.PaymentLink> {
    return this.read(`/payment-links/${part(id)}`, {}, options)
  }

  list(query: Wire.PageQuery = {}, options?: CallOptions): Promise<Wire.Page<Wire.PaymentLink>> {
    return this.read('/payment-links', query, options)
  }

  /** It takes no new orders; those that were made from it stay as they are. */
  pause(id: string, options?: KeyedOptions): Promise<Result<Wire.PaymentLink>> {
    return this.doOnce(`/payment-links/${part(id)}/pause`, {}, options)
  }

  resume(id: string, options?: KeyedOptions): Promise<Result<Wire.PaymentLink>> {
    return this.doOnce(`/payment-links/${part(id)}/resume`, {}, options)
  }
}

class Payments extends Resource {
  /**
   * Charges a payment method. A result with `nextAction` needs the customer first.
   * @throws Declined, OutcomeUnknown, …
   */
  create(payment: Wire.NewPayment, options?: KeyedOptions): Promise<Result<Wire.Payment>> {
    return this.doOnce('/payments', payment, options)
  }

  /** Charges an authorised payment, or a part of it: then the rest is released. @throws PayonceError of the kind `not-capturable`, and `authorisation-ended` where it had been released */
  capture(id: string, capture: Wire.NewCapture = {}, options?: KeyedOptions): Promise<Result<Wire.Payment>> {
    return this.doOnce(`/payments/${part(id)}/capture`, capture, options)
  }

  /** Releases an authorised payment: nothing is charged. @throws as `capture`; `authorisation-ended` where it had been captured */
  void(id: string, options?: KeyedOptions): Promise<Result<Wire.Payment>> {
    return this.doOnce(`/payments/${part(id)}/void`, {}, options)
  }

  get(id: string, options?: CallOptions): Promise<Wire.Payment> {
    return this.read(`/payments/${part(id)}`, {}, options)
  }

  list(query: Wire.PaymentQuery = {}, options?: CallOptions): Promise<Wire.Page<Wire.Payment>> {
    return this.read('/payments', query, options)
  }

  pages(query: Wire.PaymentQuery = {}, options?: CallOptions): AsyncGenerator<Wire.Page<Wire.Payment>, void> {
    return this.readPages('/payments', query, options)
  }
}

class Refunds extends Resource {
  /**
   * Refunds a payment, in full or by `amount`.
   * @throws Declined when the bank refuses; PayonceError of the kind `not-refundable`, or `balance-too-low` below the merchant's limit
   */
  create(
    paymentId: string,
    refund: Wire.NewRefund = {},
    options?: KeyedOptions,
  ): Promise<Result<Wire.Refund>> {
    return this.doOnce(`/payments/${part(paymentId)}/refunds`, refund, options)
  }

  list(
    paymentId: string,
    query: Wire.PageQuery = {},
    options?: CallOptions,
  ): Promise<Wire.Page<Wire.Refund>> {
    return this.read(`/payments/${part(paymentId)}/refunds`, query, options)
  }

  pages(
    paymentId: string,
    query: Wire.PageQuery = {},
    options?: CallOptions,
  ): AsyncGenerator<Wire.Page<Wire.Refund>, void> {
    return this.readPages(`/payments/${part(paymentId)}/refunds`, query, options)
  }
}

/** What a call would do now, without doing it: each throws what the call itself would, except what only the bank's answer brings. */
class DryRuns extends Resource {
  createOrder(order: Wire.NewOrder, options?: DryRunOptions): Promise<Wire.DryRun> {
    return this.foresee('/orders', order, options)
  }

  changeOrder(id: string, changes: Wire.OrderChanges, options?: DryRunOptions): Promise<Wire.DryRun> {
    return this.foresee(`/orders/${part(id)}`, changes, options)
  }

  cancelOrder(id: string, at: { version?: number } = {}, options?: DryRunOptions): Promise<Wire.DryRun> {
    return this.foresee(`/orders/${part(id)}/cancel`, at, options)
  }

  createPayment(payment: Wire.NewPayment, options?: DryRunOptions): Promise<Wire.DryRun> {
    return this.foresee('/payments', payment, options)
  }

  capturePayment(id: string, capture: Wire.NewCapture = {}, options?: DryRunOptions): Promise<Wire.DryRun> {
    return this.foresee(`/payments/${part(id)}/capture`, capture, options)
  }

  voidPayment(id: string, options?: DryRunOptions): Promise<Wire.DryRun> {
    return this.foresee(`/payments/${part(id)}/void`, {}, options)
  }

  createRefund(
    paymentId: string,
    refund: Wire.NewRefund = {},
    options?: DryRunOptions,
  ): Promise<Wire.DryRun> {
    return this.foresee(`/payments/${part(paymentId)}/refunds`, refund, options)
  }
}

class IdempotencyKeys extends Resource {
  /** Status of a key. Sends nothing again. @throws PayonceError of the kind `not-found` for an unknown key */
  get(operation: Wire.Operation, key: string, options?: CallOptions): Promise<Wire.KeyState> {
    return this.read(`/idempotency/${part(operation)}/${part(key)}`, {}, options)
  }
}

class Ledger extends Resource {
  /** All accounts with their balances, now or at an instant `asOf` (RFC 3339). */
  accounts(query: { asOf?: string } = {}, options?: CallOptions): Promise<{ items: Wire.Account[] }> {
    return this.read('/ledger/accounts', query, options)
  }

  account(id: string, query: { asOf?: string } = {}, options?: CallOptions): Promise<Wire.Account> {
    return this.read(`/ledger/accounts/${part(id)}`, query, options)
  }

  transactions(query: Wire.PageQuery = {}, options?: CallOptions): Promise<Wire.Page<Wire.Transaction>> {
    return this.read('/ledger/transactions', query, options)
  }

  transactionPages(
    query: Wire.PageQuery = {},
    options?: CallOptions,
  ): AsyncGenerator<Wire.Page<Wire.Transaction>, void> {
    return this.readPages('/ledger/transactions', query, options)
  }
}

/** One segment of a path. Empty, `.` and `..` are refused: they would lead to another path. */
function part(name: string): string {
  if (/^\.{0,2}$/.test(name)) throw new TypeError('An id or a key is required.')
  return encodeURIComponent(name)
}

function search(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}
