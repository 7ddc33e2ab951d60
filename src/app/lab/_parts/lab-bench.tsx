'use client'
import Link from 'next/link'
import { useState } from 'react'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { LINK } from '@/ui/nav'
import { LabForm } from './lab-form'
import { RunResult } from './run-result'
import { Schedules } from './schedules'
import type { LabData, LabStateData, PlanData } from './types'
import { useLab } from './use-lab'
import { PHASES } from './words'

/** The lab itself: what to play on one side, what came of it on the other. */
export function LabBench({
  initial,
  mayRun,
  firstSeed,
}: {
  initial: LabData
  mayRun: boolean
  firstSeed: number
}) {
  const { offer } = initial
  const controls = useLab(initial)
  const { state } = controls
  const problem = controls.problem ?? state.problem
  const [plan, setPlan] = useState<PlanData>(() => ({
    ...(state.run?.plan ?? { who: 'double', accident: 'S4', retry: 'same', naive: true }),
    seed: state.run?.plan.seed ?? firstSeed,
  }))
  const refusal = refusalOf(state, mayRun)
  const play = (next: PlanData) => {
    if (refusal) return
    setPlan(next)
    void controls.run(next)
  }
  return (
    <>
      <Place state={state} mayRun={mayRun} />
      <div className="mt-8 grid items-start gap-x-10 gap-y-8 lg:grid-cols-[21rem_minmax(0,1fr)]">
        <LabForm plan={plan} offer={offer} refusal={refusal} onChange={setPlan} onRun={() => play(plan)} />
        <div className="flex min-w-0 flex-col gap-8">
          {problem && (
            <div role="alert">
              <Banner tone="bad" title={problem} />
            </div>
          )}
          <Progress state={state} mayStop={mayRun} onStop={() => void controls.stop()} />
          {state.run ? (
            <RunResult
              run={state.run}
              offer={offer}
              refusal={refusal}
              onAgain={() => state.run && play(state.run.plan)}
            />
          ) : (
            <p className="text-ink-2">
              Nothing was played yet. Choose an accident and press Run: a run takes 2 to 20 seconds, and the
              first one starts the lab’s processes.
            </p>
          )}
          <Schedules
            state={state}
            refusal={refusal}
            onPlay={(seed) => void (refusal || controls.playSchedules(seed))}
            seed={plan.seed}
          />
        </div>
      </div>
    </>
  )
}

/** Why nothing can be begun now, in words; null: it can. */
function refusalOf({ place, busy }: LabStateData, mayRun: boolean): string | null {
  if (place !== 'here') return 'The lab cannot run here; the reason is above.'
  if (!mayRun) return 'Sign in as support or admin to run the lab.'
  return busy === null ? null : 'Something is being played. Wait for its end, or stop it.'
}

/** What keeps the lab from running here, whoever asks. */
function Place({ state: { place }, mayRun }: { state: LabStateData; mayRun: boolean }) {
  if (place === 'no-sources')
    return (
      <Banner tone="info" className="mt-8" title="The lab is not part of this installation">
        It is part of the sources, and this installation was made without them. Get the sources, run{' '}
        <code className="font-mono text-xs">npm install</code> and{' '}
        <code className="font-mono text-xs">npm start</code>, and open /lab there.
      </Banner>
    )
  if (place === 'no-build')
    return (
      <Banner tone="info" className="mt-8" title="The product has not been built yet">
        The lab runs the built product, not the one that reloads. Run{' '}
        <code className="font-mono text-xs">npm run build</code> once, then reload this page.
      </Banner>
    )
  if (!mayRun)
    return (
      <Banner tone="info" className="mt-8" title="Anybody may look; a run needs an operator">
        A run takes much of the machine, so it needs the role support or admin.{' '}
        <Link className={LINK} href="/sign-in?next=/lab">
          Sign in
        </Link>
        . In the sandbox, npm start prints the demo operator’s sign-in.
      </Banner>
    )
  return null
}

/** What goes on, for eyes and for screen readers, with the button that ends it. */
function Progress({ state, mayStop, onStop }: { state: LabStateData; mayStop: boolean; onStop(): void }) {
  const { busy, run, schedules } = state
  const words =
    busy === 'schedules'
      ? `${schedules?.played ?? 0} of ${schedules?.asked ?? 500} schedules`
      : PHASES[run?.phase ?? 'opening']
  return (
    <div>
      <p role="status" className="sr-only">
        {busy === 'run' ? words : busy === null && run ? PHASES.over : ''}
      </p>
      {busy !== null && (
        <Banner
          tone="warn"
          title={busy === 'run' ? 'A fault is active in the lab' : 'Random schedules are being played'}
          actions={
            mayStop &&
            busy === 'run' && (
              <Button size="sm" onClick={onStop}>
                Stop
              </Button>
            )
          }
        >
          {words}
        </Banner>
      )}
    </div>
  )
}
