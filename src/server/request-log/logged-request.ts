/** One request of a program, as the log keeps it: redacted, and bounded in size. */
export interface LoggedRequest {
  /** The `Request-Id` of its answer: a UUID of version 7, so that ids are in the order of their requests. */
  id: string
  /** Hash of the API key's token: its merchant is found when the row is written, also for a key that has ended. */
  tokenHash: string
  /** Null: refused before the caller was known. Then nobody is told that the log has lost it. */
  merchantId: string | null
  at: Date
  durationMs: number
  method: string
  path: string
  query: string | null
  status: number
  /** The kind of problem that was answered. */
  problem: string | null
  /** What a request with a key came to; null for reads, and for what was refused before. */
  outcome: 'executed' | 'replayed' | 'joined' | 'rejected' | null
  operation: string | null
  recordId: string | null
  idempotencyKey: string | null
  /** See `intentOf`. */
  intent: string | null
  address: string | null
  requestHeaders: string
  requestBody: string | null
  /** Bytes as they were sent; null where no body came. */
  requestBytes: number | null
  answerHeaders: string
  answerBody: string | null
}

/** What `runOnce` notes about a request that reached the engine. */
export interface LoggedRun {
  operation: string
  outcome: NonNullable<LoggedRequest['outcome']>
  scope: { merchantId: string; actor: string }
}
