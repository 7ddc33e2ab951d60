import { Badge, TONE_INK } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card, CardBody } from '@/ui/card'
import { Money } from '@/ui/money'
import { LINK } from '@/ui/nav'
import { PRICE, type Pressing } from '../_model/lesson'
import { REQUESTS_MAX, type SideView } from '../_model/side'
import { sentSentence, UNUSABLE_KEY, verdictOf } from './sentences'
import type { LessonControls } from './use-lesson'

interface BenchProps {
  controls: LessonControls
  paymentKey: string
  /** The key is one that a request may carry. */
  mayPay: boolean
}

/** The buttons and the two counters. Beside the parts on a wide screen, above them on a phone. */
export function LessonBench({ controls, paymentKey, mayPay }: BenchProps) {
  const { view, message, startAgain } = controls
  return (
    <div className="lg:sticky lg:top-6">
      <Card>
        <CardBody className="flex flex-col gap-4">
          <h2 className="sr-only">Try it</h2>
          <p className="text-ui [overflow-wrap:anywhere]">
            Pays <Money minor={PRICE.amountMinor} currency={PRICE.currency} /> with the key{' '}
            <code className="font-mono text-xs">{mayPay ? paymentKey : '—'}</code>.{' '}
            <a className={LINK} href="#key">
              Change the key
            </a>
          </p>
          <PayButtons controls={controls} paymentKey={paymentKey} mayPay={mayPay} />
          <StepButtons controls={controls} />
          <div className="grid grid-cols-2 gap-3 border-line border-t pt-4">
            <Counter name="Naive handler" side={view.naive} />
            <Counter name="Safe handler" side={view.safe} />
          </div>
          <p role="status" className="sr-only">
            {message}
          </p>
          <Button variant="ghost" size="sm" className="self-start" onClick={startAgain}>
            Start again
          </Button>
        </CardBody>
      </Card>
    </div>
  )
}

function PayButtons({ controls: { lesson, view }, paymentKey, mayPay }: BenchProps) {
  const waiting = Math.max(
    ...[view.naive, view.safe].map(({ requests }) => requests.filter(isWaiting).length),
  )
  const refusal = mayPay
    ? waiting + 5 > REQUESTS_MAX && 'Too many requests are waiting. Let them finish first.'
    : UNUSABLE_KEY
  const button = (words: string, pressing: Omit<Pressing, 'key'>, primary = false) => (
    <Button
      variant={primary ? 'primary' : 'secondary'}
      className="h-auto! min-h-9 whitespace-normal! py-1.5"
      {...(refusal ? { 'aria-disabled': true, 'aria-describedby': 'pay-refusal' } : {})}
      onClick={() => void (refusal || lesson.press({ key: paymentKey, ...pressing }))}
    >
      {words}
    </Button>
  )
  return (
    <div>
      <div className="grid grid-cols-2 gap-2">
        {button('Pay', {}, true)}
        {button('Pay ×5', { times: 5 }, true)}
        {button('Pay, lose the answer', { losesAnswer: true })}
        {button('Pay, kill the server', { dies: true })}
      </div>
      <p id="pay-refusal" className="mt-2 text-ink-3 text-ui empty:hidden">
        {refusal || ''}
      </p>
    </div>
  )
}

const isWaiting = ({ state }: { state: string }) => state === 'waiting'

function StepButtons({ controls: { lesson, view, playing, setPlaying } }: { controls: LessonControls }) {
  const down = !view.naive.alive && !view.safe.alive
  const next = () => {
    if (!view.waiting) return
    setPlaying(false)
    void lesson.next()
  }
  return (
    <div className="flex flex-wrap gap-2">
      <Button size="sm" onClick={next} {...(view.waiting ? {} : { 'aria-disabled': true })}>
        Next step
      </Button>
      <Button size="sm" onClick={() => setPlaying(!playing)}>
        {playing ? 'Pause' : 'Play'}
      </Button>
      <Button size="sm" onClick={() => void (down ? lesson.start() : lesson.kill())}>
        {down ? 'Start the server' : 'Kill the server now'}
      </Button>
      <p className="basis-full text-ink-3 text-xs">
        {playing ? 'Steps run by themselves.' : 'Paused: each step waits for “Next step”.'}
      </p>
    </div>
  )
}

function Counter({ name, side }: { name: string; side: SideView }) {
  const { tone, text } = verdictOf(side)
  return (
    <section aria-label={name} className="min-w-0">
      <h3 className="font-medium text-ui">{name}</h3>
      <p className="mt-1">
        <span className={`figures font-semibold text-4xl tracking-tight ${TONE_INK[tone]}`}>
          {side.charges}
        </span>{' '}
        <span className="text-ink-2 text-ui">{side.charges === 1 ? 'charge' : 'charges'}</span>
      </p>
      <p className={`mt-1 font-medium text-ui ${TONE_INK[tone]}`}>{text}</p>
      <p className="text-ink-3 text-xs">{sentSentence(side)}</p>
      <p className="mt-2">
        {side.alive ? (
          <Badge glyph="●" tone="ok">
            Server runs
          </Badge>
        ) : (
          <Badge glyph="✕" tone="bad">
            Server is down
          </Badge>
        )}
      </p>
      <p className="mt-2 min-h-12 text-ink-3 text-xs [overflow-wrap:anywhere]">
        {side.upcoming ? `Next: ${side.upcoming}` : ''}
      </p>
    </section>
  )
}
