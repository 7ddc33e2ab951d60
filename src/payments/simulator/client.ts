import type { z } from 'zod'
import type { ChargesQuery, Doubt, Gateway } from '../gateway'
import { REMEMBERS_FOR_MS, SLOWEST_MS } from './gateway'
import {
  authorisationAnswer,
  chargeAnswer,
  chargesAnswer,
  disputeAnswer,
  keyAnswer,
  movementsAnswer,
  refundAnswer,
  written,
} from './wire'

export interface BankAddress {
  url: string
  /** Time for a whole answer, to its last byte, in milliseconds; after it the outcome is unknown. */
  timeoutMs: number
  /** In milliseconds; a day unless the bank states another time. */
  remembersForMs?: number
}

/**
 * The gateway port over HTTP. Anything but a whole, readable answer to this request is doubt, a refused connection and a 429 included.
 * Only the bank can know that a request never arrived (`absent`): a connection may break after it did.
 */
export function httpGateway({ url, timeoutMs, remembersForMs = REMEMBERS_FOR_MS }: BankAddress): Gateway {
  const ask = <T extends z.ZodType>(shape: T, path: string, body?: object) =>
    answerOf(shape, at(url, path), timeoutMs, body)
  return {
    name: 'simulator',
    mode: 'test',
    settlesWithinMs: timeoutMs + SLOWEST_MS,
    remembersForMs,
    charge: async (request) => about(request.key, await ask(chargeAnswer, '/charges', request)),
    find: async (key) => about(key, await ask(keyAnswer, `/keys/${encodeURIComponent(key)}`)),
    cancel: async (request) => about(request.key, await ask(chargeAnswer, '/cancellations', request)),
    refund: async (request) => about(request.key, await ask(refundAnswer, '/refunds', request)),
    authorisations: {
      capture: async (request) => about(request.key, await ask(authorisationAnswer, '/captures', request)),
      release: async (request) => about(request.key, await ask(authorisationAnswer, '/releases', request)),
    },
    charges: async (query) => {
      const page = await ask(chargesAnswer, `/charges?${paramsOf(query)}`)
      return 'kind' in page ? page : { kind: 'page', ...page }
    },
    movements: async (query) => {
      const page = await ask(movementsAnswer, `/movements?${paramsOf(query)}`)
      return 'kind' in page ? page : { kind: 'page', ...page }
    },
    dispute: async (ref) => {
      const answer = await ask(disputeAnswer, `/disputes/${encodeURIComponent(ref)}`)
      if ('kind' in answer) return answer
      return answer.ref === ref ? answer.found : doubt('the bank answered about another dispute')
    },
  }
}

function paramsOf({ since, after, limit }: ChargesQuery): URLSearchParams {
  return new URLSearchParams({
    since: since.toISOString(),
    limit: String(limit),
    ...(after === null ? {} : { after }),
  })
}

/** Sends the shopper's answer to a challenge. If it is lost, the page is still there to answer again. */
export function httpChallenges({ url, timeoutMs }: BankAddress) {
  return {
    answerChallenge: async (challengeId: string, passed: boolean): Promise<void> => {
      const body = written({ passed })
      await fetch(at(url, `/challenges/${encodeURIComponent(challengeId)}`), {
        ...JSON_POST,
        body,
        signal: AbortSignal.timeout(timeoutMs),
      })
    },
  }
}

/** The bank's address may have a path. */
function at(url: string, path: string): string {
  return `${url.replace(/\/$/, '')}${path}`
}

const JSON_POST = { method: 'POST', headers: { 'content-type': 'application/json' } } as const

async function answerOf<T extends z.ZodType>(
  shape: T,
  url: string,
  timeoutMs: number,
  body?: object,
): Promise<z.infer<T> | Doubt> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    // A redirect is not followed: a request about money goes only to its address.
    const response = await fetch(url, {
      ...(body ? { ...JSON_POST, body: written(body) } : {}),
      signal,
      redirect: 'error',
    })
    if (response.status !== 200) return doubt(`the bank answered with ${response.status}`)
    return shape.parse(JSON.parse(await response.text()))
  } catch (error) {
    return doubt(reasonOf(error))
  }
}

function about<T>(key: string, answer: { key: string; outcome: T } | Doubt): T | Doubt {
  if ('kind' in answer) return answer
  return answer.key === key ? answer.outcome : doubt('the bank answered about another key')
}

function doubt(reason: string): Doubt {
  return { kind: 'unknown', reason }
}

/** `fetch failed` alone does not show that the connection was refused: its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  const why = cause instanceof Error ? ` (${'code' in cause ? String(cause.code) : cause.message})` : ''
  return error.name === 'ZodError' || error.name === 'SyntaxError'
    ? 'the bank’s answer cannot be read'
    : `${error.message}${why}`
}
