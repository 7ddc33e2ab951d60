import http from 'node:http'
import https from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'
import type { Exchange } from './answer'

/** One request, sent exactly as given: a header with two values is sent on two lines. */
export interface HttpRequest {
  url: URL
  method: 'POST' | 'GET'
  headers: Record<string, string | string[]>
  body: string
}

/**
 * Sends each request over a connection of its own, and counts them. Not with `fetch`, which joins header lines, and can neither hold
 * back the last byte of a body nor hang up halfway. A request beyond the limits is not sent, and counts as unanswered.
 */
export class Wire {
  sent = 0
  private readonly until: number

  constructor(private readonly limits: { timeoutMs: number; requestsMax: number; totalMs: number }) {
    this.until = performance.now() + limits.totalMs
  }

  async send(ask: HttpRequest): Promise<Exchange> {
    const spent = this.take()
    // Bytes, not a string: Node would write the headers in the encoding of the text that follows them.
    return spent ?? this.start(ask, (request) => request.end(Buffer.from(ask.body))).answer
  }

  /**
   * Sends all at once: each request without its last byte, then, when the server has them all, the last bytes together. So they race
   * even where the network would have kept them apart.
   */
  async sendTogether(asks: readonly HttpRequest[]): Promise<Exchange[]> {
    const spent = asks.map(() => this.take())
    const started = asks.map((ask, index) => spent[index] ?? this.sendAllButLastByte(ask))
    await Promise.all(started.map((one) => ('ready' in one ? one.ready : undefined)))
    await pause(SETTLE_MS)
    for (const one of started) if ('ready' in one) one.release()
    return Promise.all(started.map((one) => ('ready' in one ? one.answer : one)))
  }

  /** Sends the whole request, and closes the connection `afterMs` later. @returns the answer, if it came before */
  async sendAndHangUp(ask: HttpRequest, afterMs: number): Promise<Exchange> {
    const spent = this.take()
    if (spent) return spent
    const { request, answer } = this.start(ask, () => undefined)
    const gone = new Promise<void>((resolve) => {
      request.once('close', () => resolve())
      request.end(Buffer.from(ask.body), () =>
        setTimeout(() => request.destroy(new Error('we hung up')), afterMs),
      )
    })
    const [exchange] = await Promise.all([answer, gone])
    return exchange
  }

  private sendAllButLastByte(ask: HttpRequest) {
    const bytes = Buffer.from(ask.body)
    const last = Math.max(0, bytes.length - 1)
    const { request, answer } = this.start(ask, () => undefined)
    const ready = new Promise<void>((resolve) => {
      request.once('close', () => resolve())
      // An empty body has no byte to hold back; then only the end of the request is held back.
      if (last === 0)
        request.once('socket', (socket) =>
          socket.connecting ? socket.once('connect', () => resolve()) : resolve(),
        )
      else request.write(bytes.subarray(0, last), () => resolve())
    })
    return { ready, answer, release: () => request.end(bytes.subarray(last)) }
  }

  private start(ask: HttpRequest, begin: (request: http.ClientRequest) => void) {
    const length = { 'content-length': String(Buffer.byteLength(ask.body)) }
    const headers = ask.method === 'POST' ? { ...ask.headers, ...length } : ask.headers
    const request = (ask.url.protocol === 'https:' ? https : http).request(ask.url, {
      method: ask.method,
      headers,
      agent: false,
    })
    const answer = answerTo(request, this.limits.timeoutMs)
    begin(request)
    return { request, answer }
  }

  private take(): Exchange | null {
    if (this.sent >= this.limits.requestsMax)
      return { kind: 'none', reason: `the limit of ${this.limits.requestsMax} requests is reached` }
    if (performance.now() > this.until)
      return { kind: 'none', reason: `the limit of ${this.limits.totalMs / 1000} s is reached` }
    this.sent += 1
    return null
  }
}

/** 25 ms for the server to read what has been written, so that it waits for the last byte of every request. */
const SETTLE_MS = 25

/** 1 MiB: an answer to a payment is a thousand times smaller. */
const ANSWER_MAX_BYTES = 1_048_576

function answerTo(request: http.ClientRequest, timeoutMs: number): Promise<Exchange> {
  return new Promise((resolve) => {
    const end = (exchange: Exchange) => {
      clearTimeout(timer)
      resolve(exchange)
    }
    const fail = (error: Error) => end({ kind: 'none', reason: reasonOf(error) })
    const timer = setTimeout(() => request.destroy(new Error(`nothing for ${timeoutMs} ms`)), timeoutMs)
    request.on('error', fail)
    let answering = false
    request.on('response', (response) => {
      answering = true
      const chunks: Buffer[] = []
      let size = 0
      response.on('error', fail)
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size > ANSWER_MAX_BYTES) request.destroy(new Error('the answer is larger than 1 MiB'))
      })
      response.on('end', () =>
        end({
          kind: 'answer',
          status: response.statusCode ?? 0,
          headers: flat(response.headers),
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      )
      response.on('close', () => fail(new Error('the connection was closed halfway')))
    })
    // During an answer its own end counts: one without a length ends with the connection.
    request.on('close', () => (answering ? undefined : fail(new Error('the connection was closed'))))
  })
}

function flat(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
}

/** The code of a network error, where it has one: its message adds only addresses. */
function reasonOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
