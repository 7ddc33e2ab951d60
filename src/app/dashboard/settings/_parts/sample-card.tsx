'use client'
import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
import { EnterSample } from '../../_parts/sample/enter-sample'
import { SAMPLE_ACTS, showOtherShop, useSampleToVisit } from '../../_parts/sample/sample-state'

/** The sample shop, from the settings: where it is found after the first steps are done. Nothing where there is none. */
export function SampleCard() {
  const sample = useSampleToVisit()
  const { busy, failure, press } = useSubmitOnce(SAMPLE_ACTS.remove, showOtherShop)
  if (!sample) return null
  return (
    <Card className="mt-4">
      <CardHeader
        title="Sample shop"
        note="Made-up payments, for a look around. Removing it hides it from everybody at once; the next start deletes its rows."
        actions={
          sample.mayRemove && (
            <Button size="sm" busy={busy} onClick={press}>
              Remove the sample
            </Button>
          )
        }
      />
      <EnterSample />
      <p role="alert" className="px-4 pb-3 text-bad text-ui empty:hidden sm:px-5">
        {failure}
      </p>
    </Card>
  )
}
