import type { CheckId } from './checks'
import type { RowKind } from './checks/malformed'

/**
 * The profiles: which checks apply, with what weight, and on whose demand. A MUST decides the exit code, a SHOULD is only counted, and a
 * check that a profile does not name is not made. The source in `payonce` is a promise of docs/guarantees.md or an id of
 * docs/failure-modes.md. The weights of `ietf` are ours where money is concerned: the draft leaves much to the server that a payment
 * cannot leave open.
 */
export type ProfileName = 'ietf' | 'stripe' | 'payonce'
export type Weight = 'MUST' | 'SHOULD'
export type Spelling = 'quoted' | 'bare'

export interface Profile {
  about: string
  /** The spelling of keys, except where spelling is tested. */
  spelling: Spelling
  /** Statuses that may refuse a used key with another payload. */
  reused: readonly number[]
  /** True where the other spelling must be accepted as the same key. */
  bothSpellings: boolean
  /** The kinds of malformed keys (`checks/malformed.ts`) that must be refused. */
  malformed: readonly RowKind[]
  asks: Partial<Record<CheckId, readonly [Weight, string]>>
}

const IETF = 'draft-ietf-httpapi-idempotency-key-header-07'
const STRIPE = 'docs.stripe.com/api/idempotent_requests'

export const PROFILES: Record<ProfileName, Profile> = {
  ietf: {
    about: IETF,
    spelling: 'quoted',
    reused: [422],
    bothSpellings: false,
    malformed: ['no string'],
    asks: {
      'first-call': ['MUST', '§2.6 first request'],
      'two-keys': ['MUST', '§2.2'],
      'replay-effect': ['MUST', '§2.6 duplicate request'],
      'replay-bytes': ['SHOULD', '§2.6 duplicate request'],
      'replay-cookie': ['SHOULD', '§5'],
      'other-payload-effect': ['MUST', '§2.2, §2.6'],
      'other-payload-refused': ['SHOULD', '§2.7 (422)'],
      'other-payload-first-stays': ['MUST', '§2.6'],
      'concurrent-effect': ['MUST', '§2.6 concurrent request'],
      'concurrent-losers': ['SHOULD', '§2.7 (409)'],
      'concurrent-settled': ['MUST', '§2.6'],
      'hang-up-effect': ['MUST', '§1, §2.6'],
      'hang-up-answered': ['SHOULD', '§2.6'],
      'key-spellings': ['SHOULD', '§2.1'],
      'key-malformed': ['SHOULD', '§2.1 (RFC 9651 §4.2.5)'],
      'key-any-text': ['SHOULD', '§2.1 (RFC 9651 §3.3.3)'],
      'key-absent': ['SHOULD', '§2.7 (400)'],
      'key-expired': ['SHOULD', '§2.3'],
      'second-account': ['MUST', '§5'],
      'second-account-blind': ['SHOULD', '§5'],
      'error-form': ['SHOULD', '§2.7 (RFC 9457)'],
      'error-linked': ['SHOULD', '§2.7'],
    },
  },
  stripe: {
    about: STRIPE,
    spelling: 'bare',
    reused: [400],
    bothSpellings: false,
    malformed: ['too long'],
    asks: {
      'first-call': ['MUST', 'creating an object with a key'],
      'two-keys': ['MUST', 'a unique key for each request'],
      'replay-effect': ['MUST', 'retries with the same key return the saved response'],
      'replay-bytes': ['MUST', 'saves the status code and body'],
      'replay-cookie': ['SHOULD', 'saves the status code and body, nothing else'],
      'replay-marked': ['SHOULD', 'Idempotent-Replayed: true'],
      'same-payload': ['SHOULD', 'compares parameters, not bytes'],
      'other-payload-effect': ['MUST', 'errors if the parameters are not the same'],
      'other-payload-refused': ['MUST', 'errors if the parameters are not the same (400)'],
      'other-payload-first-stays': ['MUST', 'retries return the saved response'],
      'concurrent-effect': ['MUST', 'without performing the same operation twice'],
      'concurrent-losers': ['SHOULD', 'conflicts with another request: 409'],
      'concurrent-settled': ['MUST', 'a request that conflicted can be retried'],
      'hang-up-effect': ['MUST', 'if a connection error occurs, repeat the request'],
      'hang-up-answered': ['MUST', 'if a connection error occurs, repeat the request'],
      'key-malformed': ['SHOULD', 'keys are up to 255 characters long'],
      'key-long': ['MUST', 'keys are up to 255 characters long'],
      'second-account': ['MUST', 'keys belong to an account'],
      'second-account-blind': ['SHOULD', 'keys belong to an account'],
      'error-typed': ['SHOULD', 'error.type'],
    },
  },
  payonce: {
    about: 'the promises of Payonce',
    spelling: 'quoted',
    reused: [422],
    bothSpellings: true,
    malformed: ['no string', 'too long', 'not ours'],
    asks: {
      'first-call': ['MUST', 'promise 31'],
      'two-keys': ['MUST', 'promise 31'],
      'replay-effect': ['MUST', 'promise 1'],
      'replay-bytes': ['MUST', 'promise 3'],
      'replay-cookie': ['MUST', 'F47'],
      'replay-marked': ['MUST', 'the API document'],
      'replay-headers': ['MUST', 'the API document'],
      'same-payload': ['MUST', 'promise 16'],
      'other-payload-effect': ['MUST', 'promise 16'],
      'other-payload-refused': ['MUST', 'promise 16 (422)'],
      'other-payload-first-stays': ['MUST', 'promise 3'],
      'other-payload-differs': ['MUST', 'promise 16'],
      'concurrent-effect': ['MUST', 'promise 1'],
      'concurrent-losers': ['MUST', 'promise 1 (409)'],
      'concurrent-settled': ['MUST', 'promise 1'],
      'hang-up-effect': ['MUST', 'F27'],
      'hang-up-answered': ['MUST', 'F27, promise 11'],
      'key-spellings': ['MUST', 'F57'],
      'key-malformed': ['MUST', 'promise 33'],
      'key-long': ['MUST', 'F12'],
      'key-any-text': ['MUST', 'the guide at /docs'],
      'key-absent': ['MUST', 'the guide at /docs'],
      'key-expired': ['MUST', 'promise 22'],
      'second-account': ['MUST', 'F52'],
      'second-account-blind': ['MUST', 'F60'],
      'error-form': ['MUST', 'the API document'],
      'error-linked': ['MUST', 'the API document'],
      'error-advice': ['MUST', 'the API document'],
      'headers-exposed': ['MUST', 'F50'],
    },
  },
}
