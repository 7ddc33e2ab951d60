import type { RowKind } from './checks/malformed'

/** Whose rules an API is judged by: the draft of the IETF, the description of Stripe's API, or our own standard. */
export type ProfileName = 'ietf' | 'stripe' | 'payonce'
/** How much a rule counts: a broken MUST costs money or leaves a client in doubt. */
export type Weight = 'MUST' | 'SHOULD'
export type Spelling = 'quoted' | 'bare'

/** The rules to judge by. @typeParam Id the ids of the checks that it may name */
export interface Profile<Id extends string = string> {
  about: string
  /** The spelling of keys, except where spelling is tested. */
  spelling: Spelling
  /** Statuses that may refuse a used key with another payload. */
  reused: readonly number[]
  /** True where the other spelling must be accepted as the same key. */
  bothSpellings: boolean
  /** The kinds of malformed keys (`checks/malformed.ts`) that must be refused. */
  malformed: readonly RowKind[]
  asks: Partial<Record<Id, readonly [Weight, string]>>
}
