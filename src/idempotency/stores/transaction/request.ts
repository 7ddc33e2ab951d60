import type { KEPT_HEADERS, KeptHeaders } from '../../core/kept-headers'
import type { UserScope } from './scope'
import type { TransactionOf } from './settings'
import type { RefusalValue, Stored, StoredRefusal } from './stored-result'

/** One request. */
export interface IdempotentRequest<Input extends object> {
  /** Name of what is done, such as `orders.create`. The same key under another name is another record. */
  operation: string
  /** The idempotency key of the client: 1 to 255 printable ASCII characters. Null and undefined are refused as *key-missing*. */
  key: string | null | undefined
  /** The owner of the key: the signed-in user. */
  scope: UserScope
  /** The parsed input. Another input under the same key is refused as *key-reused*. */
  input: Input
  /** Members of the input that may differ between retries, such as a time of sending. */
  volatile?: readonly (keyof Input & string)[]
  /** HTTP status of the result, 200 to 299. 200 by default. */
  status?: number
  /** How long this operation waits for another request with its key, in milliseconds, rather than the `waitMs` of `createIdempotent`. */
  waitMs?: number
  /** How long an answer of this operation is replayed, in days, rather than the `retentionDays` of `createIdempotent`. */
  retentionDays?: number
}

/** What the work gets. */
export interface WorkArguments<Client, Input> {
  /** The transaction in which the record of the key was made. Write with it, and with it alone. */
  tx: TransactionOf<Client>
  input: Input
  /** A UUID that the key determines, for the row that the work makes: the same key always makes the row of the same id. */
  id: string
  /**
   * A header of the answer, which is stored and sent again with each replay: `header('ETag', '"7"')`. Last-Modified, Location, Content-Language and
   * Link too.
   * @throws TypeError for another name: what is about one response, such as Set-Cookie, would be wrong in a replay
   */
  header(name: (typeof KEPT_HEADERS)[number], value: string): void
  /** `return refuse(…)`: a refusal of the business becomes the stored answer, and is committed with what was written before. */
  refuse(refusal: StoredRefusal): RefusalValue
}

/** The answer to a request: of its own work, or the stored one. */
export interface IdempotentResult<Result, Typed extends boolean = false> {
  /** The result as JSON holds it, or with its types where there is a transformer; equal in the first reply and in each replay. */
  result: Typed extends true ? Exclude<Result, RefusalValue> : Stored<Exclude<Result, RefusalValue>>
  /** The stored text, the same byte for byte. */
  body: string
  status: number
  /** Those that the work gave, the same in each replay. */
  headers: KeptHeaders
  /** True: an earlier request did the work. */
  replayed: boolean
  firstExecutedAt: Date
  /** When the answer is deleted. A later retry is refused, never executed. */
  expiresAt: Date
}
