import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { Card, CardBody, CardHeader } from '@/ui/card'
import type { LabStateData, SchedulesData } from './types'

/** 500 random orders of events on the engine itself, with a simulated clock: what real processes are too slow for. */
export function Schedules({
  state: { schedules, schedulesHere },
  refusal,
  seed,
  onPlay,
}: {
  state: LabStateData
  refusal: string | null
  seed: number
  onPlay(seed: number): void
}) {
  const missing = schedulesHere ? null : 'They need the packages of development: run npm install.'
  const why = missing ?? refusal
  return (
    <Card>
      <CardHeader
        title="500 random schedules"
        note="The engine alone, with random clients, crashes and orders of events on a simulated clock. Every law is checked after every step. The seed plays exactly the same again."
        actions={
          <Button
            onClick={() => why || onPlay(seed)}
            {...(why
              ? { 'aria-disabled': true, 'aria-describedby': missing ? 'lab-missing' : 'lab-refusal' }
              : {})}
          >
            Play 500 with seed {seed}
          </Button>
        }
      />
      {(missing || schedules) && (
        <CardBody>
          {missing && (
            <p id="lab-missing" className="text-ink-3 text-ui">
              {missing}
            </p>
          )}
          {schedules && <Played schedules={schedules} />}
        </CardBody>
      )}
    </Card>
  )
}

function Played({ schedules }: { schedules: SchedulesData }) {
  const { played, asked, payments, charges, steps, over, failure, seed } = schedules
  const count = (value: number) => value.toLocaleString('en')
  return (
    <div className="flex flex-col gap-3">
      <progress
        className="h-2 w-full accent-accent"
        aria-label="Schedules played"
        value={played}
        max={asked}
      />
      <p className="text-ink-2 text-ui">
        {count(played)} of {count(asked)} schedules, {count(payments)} payments, {count(charges)} charges,{' '}
        {count(steps)} steps. Seed {seed}.
      </p>
      {over && failure && (
        <Banner tone="bad" title="A law was broken">
          <p className="[overflow-wrap:anywhere]">{failure}</p>
          <p>
            Replay it with <code className="font-mono text-xs">npm run simulate -- --seed … --path …</code>.
            It is the first failure that was found, not a smallest one.
          </p>
        </Banner>
      )}
      {over && !failure && <Banner tone="ok" title="Every law held in every schedule" />}
    </div>
  )
}
