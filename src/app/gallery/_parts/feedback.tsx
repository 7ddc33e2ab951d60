import { TONE_INK, type Tone } from '@/ui/badge'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { Skeleton, SkeletonRows } from '@/ui/skeleton'
import { Section, Show } from './show'

const BANNERS: Record<Tone, [title: string, body: string]> = {
  neutral: ['This answer was taken away after 30 days', 'The key still does nothing a second time.'],
  ok: ['This payment was already complete', 'You were charged once, at 14:02.'],
  info: ['This order is being paid in another window', 'It goes on by itself here too.'],
  teal: ['Three requests waited for this one', 'They got its answer.'],
  warn: [
    'We do not know yet whether the payment went through',
    'We are asking the bank. You will not be charged twice.',
  ],
  bad: ['Your card was declined', 'Nothing was charged. Try another card.'],
  violet: ['Finished by the server itself', 'Nobody had to do anything.'],
}

export function Feedback() {
  return (
    <Section
      id="feedback"
      note="What the reader should know stands in the page, where it stays. There are no toasts."
    >
      <Show name="<Banner tone>" className="flex flex-col gap-3">
        {(Object.keys(TONE_INK) as Tone[]).map((tone) => (
          <Banner key={tone} tone={tone} title={BANNERS[tone][0]}>
            {BANNERS[tone][1]}
          </Banner>
        ))}
        <Banner tone="warn" title="You are offline. Nothing has been sent." />
        <Banner
          tone="bad"
          title="The payments could not be loaded"
          actions={<Button size="sm">Try again</Button>}
        >
          What you see is as of 14:02:11.
        </Banner>
      </Show>
      <div className="grid gap-6 sm:grid-cols-2">
        <Show name="<EmptyState>: the first time" flush>
          <EmptyState title="No payments yet" action={<Button variant="primary">Run a test payment</Button>}>
            A payment appears here as soon as somebody presses Pay.
          </EmptyState>
        </Show>
        <Show name="<EmptyState>: filtered" flush>
          <EmptyState title="No payments match" action={<Button>Remove the filters</Button>} />
        </Show>
      </div>
      <Show name="<SkeletonRows>, <Skeleton>" flush>
        <SkeletonRows rows={3} />
        <div className="flex flex-col gap-2 border-line border-t px-4 py-4 sm:px-5">
          <Skeleton className="h-6 w-40" />
          <Skeleton />
          <Skeleton className="h-4 w-2/3" />
        </div>
      </Show>
    </Section>
  )
}
