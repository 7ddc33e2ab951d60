import { setTimeout } from 'node:timers/promises'
import { silence } from '@/payments/simulator/server'
import type { Fault } from './script'

/** One request to the bank, with all that a fault may do to it. */
export interface BankRequest {
  /** The delay of the order, in milliseconds. */
  ms: number
  signal: AbortSignal
  /** Passes the request to the bank, with `changes` to its body. */
  ask(changes?: Record<string, string>): Promise<Response>
  asked: { amountMinor?: string; currency?: string }
  /** Makes the bank forget the key. */
  forget(): Promise<void>
  hangUp(): void
  /** Counts the fault as having happened. */
  happened(): void
}

/** The behaviour of each fault. One that needs a movement of money, or the end of an authorisation, counts as having happened only if there was one. */
export const MISBEHAVE: Record<Fault, (exchange: BankRequest) => Promise<Response>> = {
  ok: (x) => counted(x, x.ask()),
  decline: (x) => counted(x, x.ask({ method: 'pm_card_declined' })),
  '429': (x) => counted(x, busy()),
  'error-before': (x) => counted(x, broken()),
  'error-after': async (x) => {
    await whenMoved(x)
    return broken()
  },
  'silence-before': (x) => staySilent(x),
  'silence-after': async (x) => {
    await whenMoved(x)
    await silence(x.signal)
    return broken()
  },
  truncated: async (x) => {
    const whole = await (await whenMoved(x)).text()
    return new Response(whole.slice(0, whole.length / 2), JSON_TYPE)
  },
  slow: async (x) => {
    await setTimeout(x.ms)
    return counted(x, x.ask())
  },
  twice: (x) => whenMoved(x, { method: 'pm_card_charged_twice' }),
  // The bank really charges the wrong amount, so its own look-up reports it from then on too.
  'wrong-amount': (x) => whenMoved(x, { amountMinor: String(BigInt(x.asked.amountMinor ?? 0) + 1n) }),
  'wrong-currency': (x) => whenMoved(x, { currency: x.asked.currency === 'USD' ? 'EUR' : 'USD' }),
  forgets: async (x) => {
    const answer = await x.ask()
    void setTimeout(x.ms, undefined, { ref: false }).then(async () => {
      await x.forget()
      x.happened()
    })
    return answer
  },
  refuse: async (x) => {
    x.happened()
    x.hangUp()
    return broken()
  },
}

async function counted(exchange: BankRequest, answer: Response | Promise<Response>): Promise<Response> {
  exchange.happened()
  return answer
}

async function staySilent(exchange: BankRequest): Promise<Response> {
  exchange.happened()
  await silence(exchange.signal)
  return broken()
}

async function whenMoved(exchange: BankRequest, changes?: Record<string, string>): Promise<Response> {
  const answer = await exchange.ask(changes)
  if (/"kind":"(approved|refunded|captured|released)"/.test(await answer.clone().text())) exchange.happened()
  return answer
}

const JSON_TYPE = { headers: { 'content-type': 'application/json' } }

function broken(): Response {
  return new Response('{"error":"the bank failed, as it was ordered to"}', { ...JSON_TYPE, status: 500 })
}

function busy(): Response {
  return new Response('{"error":"too many requests"}', {
    headers: { ...JSON_TYPE.headers, 'retry-after': '1' },
    status: 429,
  })
}
