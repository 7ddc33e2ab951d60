import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { holdsCardNumber } from '@/lib/card-number'
import { AddressRefused, type AddressRules, addressesFor, type Resolve } from './address'

/** What one request came to: an answer of the receiver, or words why there was none. */
export type WebhookAnswer =
  | { status: number; retryAfterMs: number | null; text: string }
  | { status: null; error: string }

export interface Outgoing {
  url: string
  headers: Record<string, string>
  body: string
}

/** 15 s for all of a request: name, connection, TLS and answer (Standard Webhooks asks for 15 to 30). */
export const DEADLINE_MS = 15_000
/** 1 s for the rest of an answer after its status: the status has decided, and the text is for people. */
const REST_MS = 1_000
/** 4 KiB of an answer are read, of which 1,000 characters are kept. */
const READ_BYTES = 4_096
const KEPT_CHARS = 1_000
/** 4 s: shorter than the idle time of most servers (5 s), so that they rarely close a connection that we are about to use. */
const IDLE_MS = 4_000
const DAY_MS = 24 * 60 * 60_000

/** Sends requests to endpoints: no redirects, no proxy of the environment, and only to addresses that were checked. */
export class WebhookSender {
  readonly #agents: Record<string, http.Agent>
  readonly #options: AddressRules & { resolve: Resolve; deadlineMs?: number }

  constructor(options: AddressRules & { resolve: Resolve; deadlineMs?: number }) {
    this.#options = options
    const agent = { keepAlive: true, timeout: IDLE_MS, maxFreeSockets: 64 }
    this.#agents = { 'http:': new http.Agent(agent), 'https:': new https.Agent(agent) }
  }

  /** Sends once. Never rejects. A connection that was kept, and that the receiver closed in that moment, is opened anew. */
  async send(outgoing: Outgoing): Promise<WebhookAnswer> {
    const deadline = new Deadline(this.#options.deadlineMs ?? DEADLINE_MS)
    try {
      const first = await this.#attempt(outgoing, deadline)
      return first === CLOSED ? await this.#attemptAgain(outgoing, deadline) : first
    } catch (error) {
      return { status: null, error: wordsFor(error, deadline) }
    } finally {
      deadline.close()
    }
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy()
  }

  async #attemptAgain(outgoing: Outgoing, deadline: Deadline): Promise<WebhookAnswer> {
    const again = await this.#attempt(outgoing, deadline)
    return again === CLOSED ? { status: null, error: 'The connection was closed.' } : again
  }

  async #attempt(
    { url: text, headers, body }: Outgoing,
    deadline: Deadline,
  ): Promise<WebhookAnswer | typeof CLOSED> {
    const url = new URL(text)
    // An address in the URL is connected to without a lookup, so it is checked here; a name is checked below, where it is looked up.
    if (net.isIP(url.hostname.replace(/^\[(.*)\]$/, '$1'))) await addressesFor(url, this.#options, noName)
    const options = {
      method: 'POST',
      agent: this.#agents[url.protocol],
      headers: { ...headers, ...fixedHeaders(body) },
      lookup: this.#lookupFor(url),
    }
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, options, (response) => {
        const status = response.statusCode ?? 0
        const retryAfterMs = readRetryAfter(response.headers['retry-after'])
        readStart(response, (text) => resolve({ status, retryAfterMs, text }))
      })
      // Without a listener Node closes the connection of such an answer, and neither `response` nor `error` comes: the wait would never end.
      request.on('upgrade', ({ statusCode }, socket) => {
        socket.destroy()
        resolve({ status: statusCode ?? 101, retryAfterMs: null, text: '' })
      })
      request.on('error', (error: NodeJS.ErrnoException) =>
        request.reusedSocket && error.code === 'ECONNRESET' ? resolve(CLOSED) : reject(error),
      )
      request.end(body)
      deadline.ends(() => request.destroy(new Error('the deadline is over')))
    })
  }

  /** The lookup of a connection: what it gives is what is connected to, so no second answer of a name server comes in between. */
  #lookupFor(url: URL): net.LookupFunction {
    return (_, options, done) => {
      addressesFor(url, this.#options, this.#options.resolve).then(
        (found) => {
          const all = found.map((address) => ({ address, family: net.isIP(address) }))
          if (options.all) done(null, all)
          else done(null, all[0]?.address ?? '', all[0]?.family)
        },
        (error: Error) => done(error as NodeJS.ErrnoException, ''),
      )
    }
  }
}

/** One timer over all connections of a request; cheaper than a signal with its listeners for each. */
class Deadline {
  over = false
  readonly #timer: NodeJS.Timeout
  #end: () => void = () => undefined

  constructor(ms: number) {
    this.#timer = setTimeout(() => {
      this.over = true
      this.#end()
    }, ms)
  }

  /** @param end called when the time is over, at once where it is */
  ends(end: () => void): void {
    if (this.over) end()
    else this.#end = end
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}

/** The headers of each request, beside those that sign it. */
export function fixedHeaders(body: string) {
  return {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Payonce-Webhooks/1',
  }
}

const CLOSED = Symbol('a kept connection was closed')
const noName: Resolve = async () => []

/** Reads the beginning of an answer, and drops the connection when there is more. Calls `done` once, whatever happens. */
function readStart(response: http.IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = []
  let bytes = 0
  const stop = () => {
    clearTimeout(timer)
    done(shownText(Buffer.concat(chunks).subarray(0, READ_BYTES)))
  }
  const timer = setTimeout(() => response.destroy(), REST_MS)
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= READ_BYTES) response.destroy()
  })
  response.on('error', () => undefined)
  response.once('close', stop)
}

/** Text that can be stored and shown: no control characters, and no card number, whoever sent it. */
function shownText(bytes: Buffer): string {
  const text = bytes
    .toString('utf8')
    .replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .slice(0, KEPT_CHARS)
  return holdsCardNumber(text) ? '[removed: it holds a card number]' : text.replace(/\p{Cs}$/u, '')
}

/** Seconds or a date (RFC 9110, 10.2.3), at most a day; null for anything else. */
export function readRetryAfter(header: string | undefined, nowMs = Date.now()): number | null {
  if (!header) return null
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs
  return Number.isNaN(ms) || ms < 0 ? null : Math.min(ms, DAY_MS)
}

/** Words for the merchant. They name no address, so that nobody learns by them what is where in our network. */
function wordsFor(error: unknown, { over }: Deadline): string {
  if (error instanceof AddressRefused) return error.message
  if (over) return 'No answer in time.'
  const { code = '' } = error as NodeJS.ErrnoException
  const known = WORDS[code]
  if (known) return known
  if (/CERT|SSL|TLS|SIGNATURE|ISSUER/.test(code))
    return `The certificate is not accepted (${code.slice(0, 60)}).`
  return 'The connection failed.'
}

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'The connection was refused.',
  ECONNRESET: 'The connection was closed.',
  EPIPE: 'The connection was closed.',
  EHOSTUNREACH: 'The host cannot be reached.',
  ENETUNREACH: 'The host cannot be reached.',
  ETIMEDOUT: 'No answer in time.',
}
