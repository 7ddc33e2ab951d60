import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { SiteBar } from '@/shop/frame/site-bar'
import { Contents } from '@/ui/contents'
import { LINK } from '@/ui/nav'
import {
  CurlWalkthrough,
  GuideList,
  KeyRules,
  OutcomeList,
  ProblemList,
  PurchaseTimeline,
  TestCardTable,
  TryIt,
} from './_parts/guide-sections'
import { OwnPageExample } from './_parts/own-page-example'

export const metadata: Metadata = { title: 'Docs' }

/** The sections in order. An id is part of an address that others link to: never change one. */
const SECTIONS = [
  { id: 'try', title: 'Try it' },
  { id: 'curl', title: 'From a program' },
  { id: 'idempotency-key', title: 'The Idempotency-Key' },
  { id: 'own-page', title: 'On your own page' },
  { id: 'guides', title: 'Guides' },
  { id: 'test-cards', title: 'Test cards' },
  { id: 'one-purchase', title: 'One purchase, pressed often' },
  { id: 'outcomes', title: 'Outcomes of a request' },
  { id: 'problems', title: 'Problems' },
  { id: 'gallery', title: 'Gallery of components' },
] as const

export default function DocsPage() {
  return (
    <>
      <SiteBar />
      <main
        id="content"
        className="mx-auto grid max-w-5xl gap-x-12 gap-y-10 px-4 py-12 sm:px-6 lg:grid-cols-[minmax(0,1fr)_11rem] lg:grid-rows-[auto_1fr]"
      >
        <header className="max-w-2xl">
          <h1 tabIndex={-1} className="font-semibold text-3xl tracking-tight">
            Charged exactly once
          </h1>
          <p className="mt-3 text-base text-ink-2 leading-7">
            Each key takes effect in our ledger exactly once. Each payment reaches the bank under one key;
            when the network leaves its outcome unknown, we ask the bank instead of charging again.
          </p>
        </header>
        <div className="lg:col-start-2 lg:row-span-2 lg:row-start-1">
          <Contents places={SECTIONS} />
        </div>

        <div className="flex min-w-0 max-w-2xl flex-col gap-12">
          <Section id="try">
            <TryIt />
          </Section>

          <Section
            id="curl"
            note="The same over HTTP, with a key of your own. A program sends every POST with an Idempotency-Key and may repeat it as often as it likes."
          >
            <CurlWalkthrough />
          </Section>

          <Section
            id="idempotency-key"
            note="One key per intended effect. Create it before you send the request, and store it where it survives a crash."
          >
            <KeyRules />
          </Section>

          <Section
            id="own-page"
            note="The browser's half, for any page with tRPC and React: a hook and a link."
          >
            <OwnPageExample />
          </Section>

          <Section id="guides" note="From a first line to a proof, with code that our tests run.">
            <GuideList />
          </Section>

          <Section
            id="test-cards"
            note="Use any future expiry date and any security code. No other number is accepted. The browser sends a token, never a number."
          >
            <TestCardTable />
          </Section>

          <Section id="one-purchase">
            <PurchaseTimeline />
          </Section>

          <Section
            id="outcomes"
            note="Every attempt has one of these outcomes. The same signs are used on all pages."
          >
            <OutcomeList />
          </Section>

          <Section
            id="problems"
            note="Each problem has a page that explains it, and whether a new key is safe."
          >
            <ProblemList />
          </Section>

          <Section id="gallery">
            <p className="text-ink-2 text-ui">
              Every component of these pages, in every state, is in the{' '}
              <Link prefetch={false} className={LINK} href="/gallery">
                gallery
              </Link>
              .
            </p>
          </Section>
        </div>
      </main>
    </>
  )
}

function Section({
  id,
  note,
  children,
}: {
  id: (typeof SECTIONS)[number]['id']
  note?: string
  children: ReactNode
}) {
  return (
    <section id={id} className="scroll-mt-6">
      <h2 className="font-semibold text-lg">{SECTIONS.find((place) => place.id === id)?.title}</h2>
      {note && <p className="mt-1 text-ink-3 text-ui">{note}</p>}
      <div className="mt-4">{children}</div>
    </section>
  )
}
