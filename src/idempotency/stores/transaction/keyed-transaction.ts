import { type ComparedInput, isTyped } from '../../core/compared-input'
import { answerExpired, inProgress, keyReused } from '../../core/engine-problems'
import { type Answer, decide } from '../../core/record'
import type { NewRecord } from '../../core/store'
import { storedValue } from '../../core/transformer'
import type { Waiters } from '../../core/waiters'
import { ProblemError } from '../../problems'
import type { PrismaStore } from '../prisma'
import { KeyedCommit } from './keyed-commit'
import { recordOf } from './new-record'
import type { IdempotentRequest, IdempotentResult, WorkArguments } from './request'
import { policyOf, type TransactionSettings, type UserClient } from './settings'
import { RequestRefused, refusalIn } from './stored-result'

/** Pauses between two reads of a request that waits for another one of this process, in milliseconds. It is woken earlier. */
const RECHECK_MS = [25, 50, 100, 200, 400]

interface Parts {
  client: UserClient
  store: PrismaStore
  waiters: Waiters
  settings: TransactionSettings
}

/** `again`: read the record anew. `wait`: another request of this process is at it. */
type Next = { done: IdempotentResult<unknown> } | 'again' | 'wait'

/** One request, whose work is one commit with its record: read the record, decide, act; if another request was faster, read again. */
export class KeyedTransaction<Client extends UserClient, Input extends object> {
  private readonly parts: Parts
  private readonly record: NewRecord
  private readonly compared: ComparedInput
  private readonly until: number
  private readonly commit: KeyedCommit<Client, Input>

  constructor(
    shared: Parts,
    request: IdempotentRequest<Input>,
    work: (args: WorkArguments<Client, Input>) => Promise<unknown>,
  ) {
    const { record, compared } = recordOf(request, shared.settings)
    const settings = { ...shared.settings, ...policyOf(request.operation, request) }
    this.parts = { ...shared, settings }
    this.record = record
    this.compared = compared
    const { status = 200 } = request
    if (!Number.isInteger(status) || status < 200 || status > 299)
      throw new TypeError(
        `${request.operation}: \`status\` is a status of HTTP from 200 to 299, such as 201.`,
      )
    if (typeof work !== 'function')
      throw new TypeError(`${request.operation}: the second argument is the work: async ({ tx, input }) => …`)
    const { client } = shared
    const until = Date.now() + settings.waitMs
    this.until = until
    this.commit = new KeyedCommit({ client, settings, record, request, work, until })
  }

  async reply(): Promise<IdempotentResult<unknown>> {
    for (let round = 0; ; ) {
      const next = await this.readAndAct()
      if (next === 'again') continue
      if (next !== 'wait') return next.done
      if (Date.now() >= this.until) throw new ProblemError(inProgress())
      await this.parts.waiters.sleep(this.record.id, RECHECK_MS[Math.min(round++, 4)] ?? 400)
    }
  }

  /** A replay ends here: one read, no transaction, no write. */
  private async readAndAct(): Promise<Next> {
    const { store, waiters, settings } = this.parts
    const { merchantId, id } = this.record
    const row = await waiters.readFresh(id, () => store.read(merchantId, id))
    const decision = decide(row, (version) => this.compared.fingerprintBy(version))
    switch (decision.kind) {
      case 'start':
        return this.enter()
      case 'replay':
        return { done: this.done(decision.answer, decision.row, true) }
      case 'mismatch':
        throw new ProblemError(keyReused(this.compared.differing(decision.row.fields, settings.secrets)))
      case 'expired':
        throw new ProblemError(answerExpired(decision.row.subjectId ? { id: decision.row.subjectId } : {}))
      // Records that an `Engine` has begun under this operation.
      case 'busy':
      case 'take-over':
      case 'unknown':
        return 'wait'
      case 'damaged':
        throw new ProblemError({
          kind: 'record-damaged',
          detail: 'The record under this key cannot be read. Nothing was executed.',
        })
    }
  }

  /** One transaction at a time for each key of this process: the others wait without a connection of the pool. */
  private async enter(): Promise<Next> {
    const { waiters } = this.parts
    if (!waiters.enter(this.record.id)) return 'wait'
    try {
      const committed = await this.commit.run()
      if (typeof committed === 'string') return committed
      return { done: this.done(committed.answer, { ...this.record, ...committed }, false) }
    } finally {
      waiters.leave(this.record.id, true)
    }
  }

  /** @throws RequestRefused for a stored refusal */
  private done(
    answer: Answer,
    row: { createdAt: Date; expiresAt: Date; fingerprintVersion: number },
    replayed: boolean,
  ): IdempotentResult<unknown> {
    const { transformer } = this.parts.settings
    const refusal = refusalIn(answer)
    if (refusal) throw new RequestRefused(refusal, answer.body, replayed)
    return {
      // Read from the stored text the first time too, so that a replay cannot differ from it.
      // A record that is older than the transformer holds JSON.
      result: (transformer && isTyped(row)
        ? storedValue(answer.body, transformer)
        : JSON.parse(answer.body)) as IdempotentResult<unknown>['result'],
      body: answer.body,
      status: answer.status,
      headers: answer.headers ?? {},
      replayed,
      firstExecutedAt: row.createdAt,
      expiresAt: row.expiresAt,
    }
  }
}
