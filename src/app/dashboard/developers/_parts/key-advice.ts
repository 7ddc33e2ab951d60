import type { KeyUseData } from '../../_parts/api'

/** A share of replays above this is no chance: a client repeats more than every fourth request that was answered. */
const MANY_REPLAYS = 0.25
/** Fewer requests with a key say nothing about a share. */
const ENOUGH = 20

/** What the counts of an API key say about its client, and what to change there. Empty: nothing stands out. */
export function adviceOf(use: KeyUseData): { what: string; change: string }[] {
  const advice: { what: string; change: string }[] = []
  if (use.newKeys > 0)
    advice.push({
      what: 'The same thing was asked for under new keys, although the first request may have worked.',
      change:
        'Create the key once for each purchase, store it before the first request, and send it again with every retry. A new key is right only after a refusal or a decline.',
    })
  if (use.mismatches > 0)
    advice.push({
      what: 'A key was sent again with another payload.',
      change:
        'Use one key for one purchase only. If the payload holds a time or a random value, store the whole request with its key, and repeat it as it was.',
    })
  if (use.conflicts > 0)
    advice.push({
      what: 'Requests were refused with 409.',
      change:
        'Read the problem’s `retry`: where it says so, wait as long as `Retry-After` says, then repeat under the same key.',
    })
  if (use.keyed >= ENOUGH && use.replays / use.keyed > MANY_REPLAYS)
    advice.push({
      what: 'Many requests repeat one that was answered.',
      change:
        'Nothing is charged twice. Raise the client’s time-out above that of the bank, keep the answer that came, and wait longer between retries.',
    })
  return advice
}

/** The share of replays among requests with a key, such as `12 %`; a dash where there was none. */
export function shareOfReplays({ keyed, replays }: Pick<KeyUseData, 'keyed' | 'replays'>): string {
  return keyed === 0 ? '—' : `${Math.round((replays / keyed) * 100)} %`
}
