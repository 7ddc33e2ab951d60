import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'
import type { AppRouter } from '@/server/root'

type Outputs = inferRouterOutputs<AppRouter>['lab']

export type LabData = Outputs['current']
export type LabState = LabData['state']
export type LabOffer = LabData['offer']
export type RunData = NonNullable<LabState['run']>
export type SideData = RunData['safe']
export type EventData = SideData['events'][number]
export type SchedulesData = NonNullable<LabState['schedules']>
export type PlanData = inferRouterInputs<AppRouter>['lab']['run']
