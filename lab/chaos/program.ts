import { createApiKey } from '@/access/api-key'
import { uuidv7 } from '@/lib/id'
import { brokeBy, Caller, post, type Sent, type TryResult } from './client'
import { type History, shaOf } from './history'
import type { Installation } from './installation'
import type { Played } from './played'

/** One request of a program by the HTTP API, under a key of its own. */
export interface Act extends Sent {
  played: Exclude<Played, 'checkout'>
  path: string
  body: object
  /** Of the payment that it is about, in minor units; no other payment has it. */
  amount: bigint
  /** Reference of that payment's charge at the bank; null: it has none yet. */
  chargeRef: string | null
  accident?: string
}

/** A merchant's program, with an API key: it sends the same key until it has a final answer. */
export class Program extends Caller<Act> {
  private constructor(
    private readonly token: string,
    history: History,
  ) {
    super(history)
  }

  static async open({ db, merchantId }: Installation, history: History): Promise<Program> {
    const scopes = ['orders:write', 'payments:write', 'refunds:write'] as const
    const key = { merchantId, name: 'Chaos', scopes, expiresInDays: null, by: 'lab' }
    const made = await createApiKey(db, key, uuidv7)
    if (!made) throw new Error('the merchant of the lab is not there')
    return new Program(made.token, history)
  }

  protected async send(url: (path: string) => string, act: Act): Promise<TryResult> {
    return askOverRest(url(`${act.path}?mark=${act.mark}`), this.token, act)
  }
}

/** One try of a program. The hash is of the whole answer. */
export async function askOverRest(
  url: string,
  token: string,
  { key, body }: { key: string; body: object },
): Promise<TryResult> {
  const who = { authorization: `Bearer ${token}`, 'idempotency-key': key }
  try {
    const { status, text } = await post(url, who, JSON.stringify(body))
    const { retry } = JSON.parse(text) as { retry?: string }
    const outcome = retry === 'same-key' || retry === 'poll' ? ('later' as const) : ('answer' as const)
    return { outcome, status, sha: outcome === 'answer' ? shaOf(text) : null }
  } catch (error) {
    return { outcome: 'unknown', status: null, sha: null, broke: brokeBy(error) }
  }
}
