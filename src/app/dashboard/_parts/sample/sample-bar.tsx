'use client'
import { useEffect } from 'react'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { api, type SampleData } from '../api'
import { useSubmitOnce } from '../dialog/use-submit-once'
import { useLive } from '../live/live-query'
import { loadOverview, onOtherShop, SAMPLE_ACTS, showOtherShop } from './sample-state'

/** 10 s: somebody else may remove the sample; other tabs of this browser are told at once. */
const POLL_MS = 10_000

/** The bar above every page of the sample shop: that nothing here happened, and the ways out. Nothing above the pages of one's own shop. */
export function SampleBar({ initial }: { initial: SampleData }) {
  const { data } = useLive(['sample'], () => api.sample.current.query(), initial, { everyMs: POLL_MS })
  const moved = data !== undefined && data.shown !== initial.shown
  useEffect(() => onOtherShop(loadOverview), [])
  useEffect(() => {
    if (moved) loadOverview()
  }, [moved])
  const leave = useSubmitOnce(SAMPLE_ACTS.leave, showOtherShop)
  const remove = useSubmitOnce(SAMPLE_ACTS.remove, showOtherShop)
  if (!initial.shown) return null
  return (
    <section aria-label="Sample shop" className="border-line border-b bg-violet-soft print:hidden">
      <div className="mx-auto flex max-w-[82rem] flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5 text-sm sm:px-6 lg:px-8">
        <p className="flex min-w-0 flex-1 basis-56 gap-2">
          <Icon name="info" className="mt-[3px] shrink-0 text-violet" />
          <span>
            <strong className="font-semibold text-violet">Sample shop: made-up payments.</strong>{' '}
            <span className="text-ink-2">
              Nothing here happened, and nothing can be changed.
              {initial.mayRemove &&
                ' Removing it hides it from everybody at once; the next start deletes its rows.'}
            </span>
          </span>
        </p>
        <span className="flex flex-wrap gap-2">
          <Button size="sm" busy={leave.busy} onClick={leave.press}>
            Back to your shop
          </Button>
          {initial.mayRemove && (
            <Button size="sm" busy={remove.busy} onClick={remove.press}>
              Remove the sample
            </Button>
          )}
        </span>
        <p role="alert" className="basis-full text-bad empty:hidden">
          {leave.failure ?? remove.failure}
        </p>
      </div>
    </section>
  )
}
