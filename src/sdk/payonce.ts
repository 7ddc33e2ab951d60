import { type CallOptions, doOnce, type KeyedOptions, type Result, read } from './call'
import type * as Wire from './resources'
import { type Options, type Settings, settingsOf } from './settings'

/**
 * Payonce from a program: every call that does something is sent under one key, again and again, until there is an answer for good.
 * It stands on web standards alone (fetch, AbortController, crypto), so it runs in Node 20, at the edge and in Deno or Bun alike.
 */
export class Payonce {
  readonly orders: Orders
  readonly payments: Payments
  readonly refunds: Refunds
  readonly idempotency: IdempotencyKeys
  readonly ledger: Ledger

  constructor(options: Options) {
    const settings = settingsOf(options)
    this.orders = new Orders(settings)
    this.payments = new Payments(settings)
    this.refunds = new Refunds(settings)
    this.idempotency = new IdempotencyKeys(settings)
    this.ledger = new Ledger(settings)
  }
}

/** The settings are private to the language, not only to the compiler: a client that is logged does not show its API key. */
class Room {
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

  /** Page by page, each asked for when it is wanted. */
  protected async *turn<T>(
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

class Orders extends Room {
  create(order: Wire.NewOrder, options?: KeyedOptions): Promise<Result<Wire.Order>> {
    return this.doOnce('/orders', order, options)
  }

  get(id: string, options?: CallOptions): Promise<Wire.Order> {
    return this.read(`/orders/${part(id)}`, {}, options)
  }
}

class Payments extends Room {
  create(payment: Wire.NewPayment, options?: KeyedOptions): Promise<Result<Wire.Payment>> {
    return this.doOnce('/payments', payment, options)
  }

  get(id: string, options?: CallOptions): Promise<Wire.Payment> {
    return this.read(`/payments/${part(id)}`, {}, options)
  }

  list(query: Wire.PaymentQuery = {}, options?: CallOptions): Promise<Wire.Page<Wire.Payment>> {
    return this.read('/payments', query, options)
  }

  pages(query: Wire.PaymentQuery = {}, options?: CallOptions): AsyncGenerator<Wire.Page<Wire.Payment>, void> {
    return this.turn('/payments', query, options)
  }
}

class Refunds extends Room {
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
    return this.turn(`/payments/${part(paymentId)}/refunds`, query, options)
  }
}

class IdempotencyKeys extends Room {
  /** What became of a key. Sends nothing again; an unknown key is an error of the kind `not-found`. */
  get(operation: Wire.Operation, key: string, options?: CallOptions): Promise<Wire.KeyState> {
    return this.read(`/idempotency/${part(operation)}/${part(key)}`, {}, options)
  }
}

class Ledger extends Room {
  /** Every account with its balance, now or as it was at an instant (RFC 3339). */
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
    return this.turn('/ledger/transactions', query, options)
  }
}

/** One segment of a path. A dot or two would be taken for a way up, whatever else is in the name. */
function part(name: string): string {
  if (/^\.{0,2}$/.test(name)) throw new TypeError('An id or a key is needed here.')
  return encodeURIComponent(name)
}

function search(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}
