/**
 * Time that a client may take to send a request, and to send the next one, in milliseconds. Node's own are 60 s for the headers and 300 s
 * for the body: a few hundred idle senders would hold as many sockets for five minutes. The answer is not
 * limited here; a payment may wait for its bank. A late request is answered 408 and its socket is closed.
 */
export const SLOW_REQUESTS = {
  /** 10 s: a phone on the edge of a network sends 2 KiB of headers in one. */
  headersTimeout: 10_000,
  /** 20 s: headers and 64 KiB of body, at 3 KiB a second. */
  requestTimeout: 20_000,
  /** 5 s: Node looks for late requests this often; with its own 30 s the limits above would mean up to 50 s. */
  connectionsCheckingInterval: 5_000,
  /**
   * 65 s for the next request on an open connection. Proxies keep theirs for 60 s; the side that sends must be the one that closes, or a payment
   * meets a connection that has just been closed. With Node's own 5 s it would. A server that stops closes idle ones at once (`drain.ts`).
   */
  keepAliveTimeout: 65_000,
} as const
