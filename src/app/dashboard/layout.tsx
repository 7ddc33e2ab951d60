import { NuqsAdapter } from 'nuqs/adapters/next/app'
import type { ReactNode } from 'react'
import { caller } from '@/app/_trpc/caller'
import { SkipLink } from '@/ui/nav'
import { FactorNeeded } from './_parts/frame/factor-needed'
import { Sidebar, TabBar } from './_parts/frame/navigation'
import { TopStrip } from './_parts/frame/top-strip'
import { LiveProvider } from './_parts/live/live-query'
import { StepUpProvider } from './_parts/step-up/step-up'

export const metadata = { title: { default: 'Overview', template: '%s – Payonce' }, robots: { index: false } }

/** The frame of the dashboard. Its call of a procedure leads whoever is not signed in to the sign-in. */
export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const viewer = await (await caller()).operator.current()
  return (
    <NuqsAdapter>
      <LiveProvider>
        <SkipLink />
        <div className="lg:grid lg:grid-cols-[14.5rem_minmax(0,1fr)]">
          <Sidebar viewer={viewer} />
          <div className="min-w-0">
            <TopStrip viewer={viewer} />
            <main
              id="content"
              tabIndex={-1}
              className="mx-auto max-w-[82rem] px-4 pt-6 pb-28 outline-none sm:px-6 lg:px-8 lg:pb-12"
            >
              <StepUpProvider>
                {viewer.factorNeeded ? (
                  <FactorNeeded initial={await (await caller()).factors.list()} />
                ) : (
                  children
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
