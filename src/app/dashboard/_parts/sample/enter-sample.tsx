'use client'
import { Button } from '@/ui/button'
import { useSubmitOnce } from '../dialog/use-submit-once'
import { SAMPLE_ACTS, showOtherShop, useSampleToVisit } from './sample-state'

/** The way into the sample shop, as the last part of a card. Nothing where there is none. */
export function EnterSample() {
  const sample = useSampleToVisit()
  const { busy, failure, press } = useSubmitOnce(SAMPLE_ACTS.enter, showOtherShop)
  if (!sample) return null
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-t px-4 py-3.5 text-ui sm:px-5">
      <p className="min-w-0 flex-1 basis-64 text-ink-2">
        Or see a shop with a week behind it: paid, declined, refunded and repeated payments, one parked, and
        one that the bank charged twice. All of it is made up, and none of it is in your numbers.
      </p>
      <Button size="sm" busy={busy} onClick={press}>
        Look at the sample shop
      </Button>
      <p role="alert" className="basis-full text-bad empty:hidden">
        {failure}
      </p>
    </div>
  )
}
