import Stripe from 'stripe'
import { uuidv7 } from '@/lib/id'
import { API_VERSION, StripeCalls } from '@/payments/stripe/calls'
import { stripeGateway } from '@/payments/stripe/gateway'
import { intentStore } from '@/payments/stripe/intents'
import { KEY } from '@/payments/stripe/outcome'
import { deferred, type GatewayHarness, type StoppedClient } from '@/payments/testing/gateway-harness'
import type { Db } from '@/platform/db'
import { type Fault, type FaultProxy, openFaultProxy, type ProxiedRequest } from './fault-proxy'

export interface StripeHarnessOptions {
  db: Db
  secretKey: string
  /** The double, or Stripe itself. */
  upstream: string
  timeoutMs: number
  perSecond: number
  forgetAnswers: () => Promise<void>
  answerChallenge: GatewayHarness['answerChallenge']
  disputes: GatewayHarness['disputes']
  /** Absent: a week cannot be let pass. */
  lateAuthorisation?: (intentId: string) => Promise<void>
}

export interface StripeHarness extends GatewayHarness {
  close(): Promise<void>
}

/** Cards whose confirmation meets a fault in the proxy, and is one with the card that always pays behind it. */
const FAULTS: Record<string, Fault> = {
  pm_fault_request_lost: 'request lost',
  pm_fault_answer_lost: 'answer lost',
  pm_fault_error_before: 'error before',
  pm_fault_error_after: 'error after',
}
const SLOW = 'pm_fault_slow'
const END_IS_SILENT = 'pm_fault_end_silent'

/**
 * The harness of the gateway's contract for Stripe, all faults in a proxy before it. It counts charges and refunds by asking Stripe, so that
 * it runs on the double and on Stripe's test mode alike.
 */
export async function openStripeHarness(options: StripeHarnessOptions): Promise<StripeHarness> {
  const { db, secretKey, upstream, timeoutMs, lateAuthorisation } = options
  const slowMs = timeoutMs + 400
  const proxies: FaultProxy[] = []
  const open = async (fault: (request: ProxiedRequest) => Fault | Promise<Fault>) => {
    const rewrite = (body: string) => body.replace(/pm_fault_\w+/, 'pm_card_visa')
    const proxy = await openFaultProxy({ upstream, fault, rewrite })
    proxies.push(proxy)
    return proxy
  }
  const client = ({ host, port, protocol }: FaultProxy, waitMs: number) =>
    stripeGateway({
      intents: intentStore(db),
      calls: new StripeCalls({
        secretKey,
        address: { host, port, protocol },
        perSecond: options.perSecond,
      }),
      mode: 'test',
      timeoutMs: waitMs,
    })
  /** Intents whose capture or release gets no answer, once. */
  const silentAtEnd = new Set<string>()
  const byCard = await open(async ({ body, path }) => {
    const [method = ''] = /pm_fault_\w+/.exec(body) ?? []
    const [, id = '', verb = ''] = /payment_intents\/(\w+)\/(\w+)/.exec(path) ?? []
    if (method === END_IS_SILENT) silentAtEnd.add(id)
    if (verb !== 'confirm' && silentAtEnd.delete(id)) return 'answer lost'
    if (method === SLOW) await new Promise((resolve) => setTimeout(resolve, slowMs))
    return FAULTS[method] ?? 'none'
  })
  const cut = await open(() => 'reset')
  const patient = 20_000
  const direct = new Stripe(secretKey, { ...addressOf(upstream), apiVersion: API_VERSION, telemetry: false })
  const intentOf = async (key: string) => {
    const { data } = await direct.paymentIntents.list({ limit: 100 })
    const [intent] = data.filter((one) => one.metadata[KEY] === key)
    if (!intent) throw new Error(`no intent has the key ${key}`)
    return intent.id
  }
  return {
    gateway: client(byCard, patient),
    hasty: client(byCard, timeoutMs),
    cut: client(cut, timeoutMs),
    timeoutMs,
    newKey: () => uuidv7(),
    tokens: {
      approved: 'pm_card_visa',
      declined: 'pm_card_chargeDeclinedInsufficientFunds',
      challenge: 'pm_card_threeDSecure2Required',
      silentBefore: 'pm_fault_request_lost',
      silentAfter: 'pm_fault_answer_lost',
      errorBefore: 'pm_fault_error_before',
      errorAfter: 'pm_fault_error_after',
      slow: SLOW,
    },
    endIsSilent: END_IS_SILENT,
    ...(lateAuthorisation
      ? { lateAuthorisation: async (key) => lateAuthorisation(await intentOf(key)) }
      : {}),
    slowSettlesMs: slowMs - timeoutMs + 300,
    steps: 2,
    dying: async (step) => {
      const nth = counter()
      return client(await open((request) => dies(nth(request), step)), patient)
    },
    stopped: async (step) => {
      const nth = counter()
      const [stop, resumed] = [deferred(), deferred()]
      const proxy = await open(async (request) => {
        if (nth(request) === step) {
          stop.resolve()
          await resumed.promise
        }
        return 'none' as const
      })
      return {
        gateway: client(proxy, patient),
        stopped: stop.promise,
        resume: resumed.resolve,
      } satisfies StoppedClient
    },
    charges: async (key) => {
      const charges = await direct.charges.list({ limit: 100 })
      return charges.data.filter(
        (one) => one.metadata[KEY] === key && one.status === 'succeeded' && one.captured,
      ).length
    },
    refunded: async (ref) => BigInt((await direct.charges.retrieve(ref)).amount_refunded),
    chargeElsewhere: async (key, method) => {
      await direct.paymentIntents
        .confirm(await intentOf(key), { payment_method: method, return_url: 'https://shop.example' })
        .catch((error: unknown) => {
          if (!(error instanceof Stripe.errors.StripeError) || error.statusCode !== 400) throw error
        })
    },
    forgetAnswers: options.forgetAnswers,
    answerChallenge: options.answerChallenge,
    disputes: options.disputes,
    close: async () => {
      await Promise.all(proxies.map((proxy) => proxy.close()))
    },
  }
}

/** The step of a charge that a request is; 0 for one that changes nothing. */
function counter(): (request: ProxiedRequest) => number {
  let steps = 0
  return ({ method }) => (method === 'POST' ? ++steps : 0)
}

function dies(nth: number, step: number): Fault {
  if (nth < step) return 'none'
  return nth === step ? 'answer reset' : 'reset'
}

function addressOf(upstream: string) {
  const { hostname: host, port, protocol } = new URL(upstream)
  return protocol === 'https:' ? {} : { host, port: Number(port), protocol: 'http' as const }
}
