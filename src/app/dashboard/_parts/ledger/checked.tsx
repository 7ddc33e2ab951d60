import { Timestamp } from '@/ui/timestamp'
import { TimeAgo } from '../live/time-ago'
import { formatCount } from '../words'

/** When what was checked, as every verdict has it. */
export interface Checked {
  now: string
  upTo: string | null
  rows: number
  wholeCheckedAt: string | null
}

/** Why nothing can be said of an invariant; `null` of one of which something can. */
export type DoubtName = 'never' | 'failed' | 'old' | 'stopped' | 'behind'

/** Each as the end of a sentence about a check. */
export const DOUBT_WORDS: Record<DoubtName, string> = {
  never: 'not checked yet',
  failed: 'the check could not be run',
  old: 'the last check of every row is more than a day old',
  stopped: 'no worker is checking what is new',
  behind: 'the check of what is new is far behind',
}

/** *Checked up to 12:03:10 (9 s ago), 1,240 rows as they came · every row 2 h ago*. */
export function CheckedLine({ checked, receivedAt }: { checked: Checked; receivedAt: number }) {
  const { now, upTo, rows, wholeCheckedAt } = checked
  const ago = (at: string) => <TimeAgo at={at} serverNow={now} receivedAt={receivedAt} />
  return (
    <span>
      {upTo ? (
        <>
          checked up to <Timestamp at={upTo} style="time" /> ({ago(upTo)}), {formatCount(rows)} rows as they
          came
        </>
      ) : (
        'what is new is not checked'
      )}
      {' · '}
      {wholeCheckedAt ? <>every row {ago(wholeCheckedAt)}</> : 'never every row'}
    </span>
  )
}
