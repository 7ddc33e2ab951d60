import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '@/server/root'

type Outputs = inferRouterOutputs<AppRouter>['lab']

export type LabData = Outputs['current']
export type LabStateData = LabData['state']
export type LabOffer = LabData['offer']
export type RunData = NonNullable<LabStateData['run']>
export type SideData = RunData['safe']
export type StoryEventData = SideData['events'][number]
export type SchedulesData = NonNullable<LabStateData['schedules']>
export type PlanData = inferRouterInputs<AppRouter>['lab']['run']
