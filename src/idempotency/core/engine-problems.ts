import type { Facts, Problem } from '../problems'

/* The problems that the engine itself answers with. */

export function inProgress(): Problem {
  return {
    kind: 'in-progress',
    detail: 'A request with this key is still running. Send the same key again in a moment.',
    retryAfterSeconds: 1,
  }
}

export function outcomeUnknown(facts: Facts = {}): Problem {
  const detail = 'The outcome is not known yet. Send the same request again later; do not send a new key.'
  return { kind: 'outcome-unknown', detail, retryAfterSeconds: 2, facts }
}

/**
 * Names the fields that differ, never their values: guessing a key must reveal nothing of the request behind
 * it.
 */
export function keyReused(differs: string[]): Problem {
  return {
    kind: 'key-reused',
    detail: 'This key belongs to a request with other contents. Use a new key for a new request.',
    facts: { differs },
  }
}

export function answerExpired(facts: Facts): Problem {
  return {
    kind: 'answer-expired',
    detail:
      'This key was used, and its answer is not stored any more, or was too large to be. Nothing was executed again.',
    facts,
  }
}
