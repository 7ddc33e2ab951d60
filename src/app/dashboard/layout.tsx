import { unstable_rethrow } from 'next/navigation'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import type { ReactNode } from 'react'
import { caller } from '@/app/_trpc/caller'
import { SkipLink } from '@/ui/nav'
import { AlertBar } from './_parts/alarm/alert-bar'
import { RoleProvider } from './_parts/frame/by-role'
import { FactorNeeded } from './_parts/frame/factor-needed'
import { Sidebar, TabBar } from './_parts/frame/navigation'
import { TopStrip } from './_parts/frame/top-strip'
import { LiveProvider } from './_parts/live/live-query'
import { SampleBar } from './_parts/sample/sample-bar'
import { SampleProvider } from './_parts/sample/sample-state'
import { StepUpProvider } from './_parts/step-up/step-up'

export const metadata = { title: { default: 'Overview', template: '%s – Payonce' }, robots: { index: false } }

/** The frame of the dashboard. Its call of a procedure leads whoever is not signed in to the sign-in. */
export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const api = await caller()
  const viewer = await api.operator.current().catch(nobodyKnown)
  // A page that cannot be read says so itself; the bar asks again.
  const [alarm, sample] = viewer.factorNeeded
    ? [null, null]
    : await Promise.all([api.alerts.bar().catch(() => null), api.sample.current().catch(() => null)])
  return (
    <NuqsAdapter>
      <LiveProvider stream={viewer.factorNeeded ? null : viewer.email}>
        <SkipLink />
        <div className="lg:grid lg:grid-cols-[14.5rem_minmax(0,1fr)]">
          <Sidebar viewer={viewer} />
          <div className="min-w-0">
            <TopStrip viewer={viewer} />
            {sample?.there && <SampleBar initial={sample} />}
            {!viewer.factorNeeded && <AlertBar initial={alarm} />}
            <main
              id="content"
              tabIndex={-1}
              className="mx-auto max-w-[82rem] px-4 pt-6 pb-28 outline-none sm:px-6 lg:px-8 lg:pb-12"
            >
              <StepUpProvider>
                {viewer.factorNeeded ? (
                  <FactorNeeded initial={await api.factors.list()} />
                ) : (
                  <RoleProvider role={viewer.role}>
                    <SampleProvider sample={sample}>{children}</SampleProvider>
                  </RoleProvider>
                )}
              </StepUpProvider>
            </main>
          </div>
        </div>
        <TabBar viewer={viewer} />
      </LiveProvider>
    </NuqsAdapter>
  )
}

/**
 * While the database is away nobody knows who is signed in. The frame stays, with nothing of anybody's in it; the page inside asks the same
 * server, and says that it could not be loaded.
 */
function nobodyKnown(error: unknown) {
  // To the sign-in.
  unstable_rethrow(error)
  return {
    name: '',
    email: '',
    role: null,
    sandbox: false,
    inbox: false,
    timeZone: null,
    factorNeeded: false,
  } as const
}
