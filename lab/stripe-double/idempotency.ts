import { createHash } from 'node:crypto'
import { StripeProblem } from './problem'

export interface Answer {
  status: number
  body: string
}

interface Kept {
  print: string
  /** Null: still running. */
  answer: Answer | null
}

/**
 * Stripe's idempotency keys (docs.stripe.com/api/idempotent_requests): the first answer once execution began, a 500 included, is given again
 * to the same request; another request under the key is an error, and one while the first still runs is a 409.
 */
export class IdempotencyKeys {
  private readonly kept = new Map<string, Kept>()

  /** As Stripe does after a day. Running requests are kept. */
  forget(): void {
    for (const [key, { answer }] of this.kept) if (answer) this.kept.delete(key)
  }

  /** @throws StripeProblem for a key in use or of another request */
  async run(
    key: string | undefined,
    request: string,
    execute: () => Promise<Answer & { saved: boolean }>,
  ): Promise<Answer & { replayed: boolean }> {
    if (key === undefined) return { ...(await execute()), replayed: false }
    const print = createHash('sha256').update(request).digest('hex')
    const known = this.kept.get(key)
    if (known && known.print !== print)
      throw new StripeProblem(400, {
        type: 'idempotency_error',
        message:
          'Keys for idempotent requests can only be used with the same parameters they were first used with.',
      })
    if (known?.answer) return { ...known.answer, replayed: true }
    if (known)
      throw new StripeProblem(409, {
        type: 'idempotency_error',
        code: 'idempotency_key_in_use',
        message: 'There is currently another in-progress request using this key.',
      })
    const kept: Kept = { print, answer: null }
    this.kept.set(key, kept)
    const { saved, ...answer } = await execute()
    if (saved) kept.answer = answer
    else this.kept.delete(key)
    return { ...answer, replayed: false }
  }
}
