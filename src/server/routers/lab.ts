import { ProblemError } from '@payonce/idempotency/problems'
import { z } from 'zod'
import type { Context } from '../context'
import { NO_ACCIDENT, OFFERED, PLACES } from '../lab/accidents'
import { LabBusy, type Laboratory } from '../lab/laboratory'
import { labPlan, labRun, labSchedules, SEED_MAX } from '../lab/run'
import { publicProcedure, router, supportProcedure } from '../trpc'

const labState = z.strictObject({
  place: z.enum(['here', 'no-sources', 'no-build']),
  schedulesHere: z.boolean(),
  busy: z.enum(['run', 'schedules']).nullable(),
  run: labRun.nullable(),
  schedules: labSchedules.nullable(),
  problem: z.string().nullable(),
})

const offer = z.strictObject({
  places: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  accidents: z.array(
    z.strictObject({ id: z.string(), place: z.string(), fault: z.string(), naive: z.boolean() }),
  ),
  none: z.string(),
  seedMax: z.int(),
})

/** @throws ProblemError `not-found`: live mode has no lab */
function labOf({ lab }: Pick<Context, 'lab'>): Laboratory {
  if (lab) return lab
  throw new ProblemError({
    kind: 'not-found',
    detail: 'The fault lab is for the sandbox. Live mode has none.',
  })
}

/** @throws ProblemError where it cannot run now, with what to do */
function begin(lab: Laboratory, work: (lab: Laboratory) => void): void {
  const { place } = lab.state()
  if (place === 'no-sources')
    throw refused('not-found', 'The lab is part of the sources, and this installation was made without them.')
  if (place === 'no-build')
    throw refused('not-found', 'The lab runs the built product. Run npm run build once, then try again.')
  try {
    work(lab)
  } catch (error) {
    if (!(error instanceof LabBusy)) throw error
    throw refused(
      'changed-meanwhile',
      'The lab plays one thing at a time, and one is under way. Wait for its end, or stop it.',
    )
  }
}

const refused = (kind: 'not-found' | 'changed-meanwhile', detail: string) =>
  new ProblemError({ kind, detail })

/** The fault lab of a sandbox, which breaks an installation of its own. */
export const labRouter = router({
  /** Where it stands, and what it offers. For everybody: it holds nothing of any merchant. */
  current: publicProcedure.output(z.strictObject({ state: labState, offer })).query(({ ctx }) => ({
    state: labOf(ctx).state(),
    offer: { places: [...PLACES], accidents: [...OFFERED], none: NO_ACCIDENT, seedMax: SEED_MAX },
  })),
  run: supportProcedure
    .input(labPlan)
    .output(z.strictObject({}))
    .mutation(({ ctx, input }) => {
      begin(labOf(ctx), (lab) => lab.begin(input))
      return {}
    }),
  schedules: supportProcedure
    .input(z.strictObject({ seed: z.int().min(0).max(SEED_MAX) }))
    .output(z.strictObject({}))
    .mutation(({ ctx, input }) => {
      if (!labOf(ctx).state().schedulesHere)
        throw refused(
          'not-found',
          'The random schedules need the packages of development. Run npm install, then try again.',
        )
      begin(labOf(ctx), (lab) => lab.beginSchedules(input.seed))
      return {}
    }),
  stop: supportProcedure.output(z.strictObject({})).mutation(({ ctx }) => {
    labOf(ctx).stop()
    return {}
  }),
})
