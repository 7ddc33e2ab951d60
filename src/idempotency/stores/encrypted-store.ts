import type { StoreForm } from '../core/operation'
import type { Answer, Claim, IdempotencyRow } from '../core/record'
import type { BeginOf, Claimed, DoubtedRecord, NewRecord, Store, StoredOutcome } from '../core/store'

/** What a stored answer belongs to. It is opened for this alone: one that was moved to another record cannot be read. */
export interface AnswerPlace {
  merchantId: string
  /** The record's id. */
  id: string
  status: number | null
  problem: string | null
}

/** Encrypts stored answers. The text that it makes is never JSON, so a program without it refuses the record as damaged. */
export interface AnswerCipher {
  /**
   * Resolves once an answer of this merchant can be encrypted. Asked before a claim: afterwards the outside may have been asked.
   * @throws StoreUnavailable when it cannot be: nothing is executed then
   */
  ready(merchantId: string): Promise<void>
  encrypt(place: AnswerPlace, body: string): Promise<string>
  /**
   * The answer as it was given; of one that was stored before there was a cipher, the text itself. Null: it cannot be decrypted.
   * @throws StoreUnavailable when its key cannot be read now
   */
  decrypt(place: AnswerPlace, text: string): Promise<string | null>
}

/** A store whose answers are encrypted. Everything else of a record, and every verb, is the work of `inner`: no call has a statement more. */
export class EncryptedStore<Form extends StoreForm> implements Store<Form> {
  readonly leaseMs: number

  constructor(
    private readonly inner: Store<Form>,
    private readonly cipher: AnswerCipher,
  ) {
    this.leaseMs = inner.leaseMs
  }

  async read(merchantId: string, id: string): Promise<IdempotencyRow | null> {
    const row = await this.inner.read(merchantId, id)
    if (row === null || row.answer === null) return row
    const answer = await this.cipher.decrypt(row, row.answer)
    // One that cannot be decrypted stays as it is: it is no JSON, so the record is damaged and nothing is executed.
    return answer === null ? row : { ...row, answer }
  }

  async claim(record: NewRecord, begin: BeginOf<Form>): Promise<Claimed | null> {
    await this.cipher.ready(record.merchantId)
    return this.inner.claim(record, begin)
  }

  async takeOver(record: NewRecord, fence: number, begin: BeginOf<Form>): Promise<Claimed | null> {
    await this.cipher.ready(record.merchantId)
    return this.inner.takeOver(record, fence, begin)
  }

  async commit(claim: Claim, next: StoredOutcome<Form>): Promise<boolean> {
    return this.inner.commit(claim, await this.encrypted(claim, next))
  }

  renew(claim: Claim): Promise<boolean> {
    return this.inner.renew(claim)
  }

  release(claim: Claim): Promise<boolean> {
    return this.inner.release(claim)
  }

  takeOverdue(operation: string, limit: number): Promise<DoubtedRecord[]> {
    return this.inner.takeOverdue(operation, limit)
  }

  takeInDoubt(operation: string, merchantId: string, id: string): Promise<DoubtedRecord | null> {
    return this.inner.takeInDoubt(operation, merchantId, id)
  }

  unpark(merchantId: string, id: string, writes: Form['write'][]): Promise<boolean> {
    return this.inner.unpark(merchantId, id, writes)
  }

  markOverdue(limit: number): Promise<number> {
    return this.inner.markOverdue(limit)
  }

  endFarLeases(longestPauseMs: number, limit: number): Promise<number> {
    return this.inner.endFarLeases(longestPauseMs, limit)
  }

  reap(limit: number): Promise<number> {
    return this.inner.reap(limit)
  }

  expireAnswers(limit: number): Promise<number> {
    return this.inner.expireAnswers(limit)
  }

  private async encrypted(claim: Claim, next: StoredOutcome<Form>): Promise<StoredOutcome<Form>> {
    switch (next.to) {
      case 'completed':
        return { ...next, answer: await encryptAnswer(this.cipher, claim, next.answer) }
      case 'unknown':
      case 'parked':
        return next.answer === null
          ? next
          : { ...next, answer: await encryptAnswer(this.cipher, claim, next.answer) }
      case 'tombstone':
        return next
    }
  }
}

/** The same answer with its body encrypted, for a statement that stores it past a store. */
export async function encryptAnswer(
  cipher: AnswerCipher,
  { merchantId, id }: Pick<AnswerPlace, 'merchantId' | 'id'>,
  answer: Answer,
): Promise<Answer> {
  const { status, problem, body } = answer
  return { ...answer, body: await cipher.encrypt({ merchantId, id, status, problem }, body) }
}
