import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { MESSAGES } from '@/i18n/messages'
import { PROBLEMS } from '@/idempotency/problems'
import { groupNumber } from '@/shop/checkout/form/card-rules'
import { TEST_CARDS } from '@/shop/checkout/form/test-cards'
import { SiteBar } from '@/shop/frame/site-bar'
import { Contents } from '@/ui/contents'
import { LINK } from '@/ui/nav'
import { OUTCOMES, OutcomeLabel, type OutcomeName } from '@/ui/status'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timeline, TimelineItem } from '@/ui/timeline'
import { CodeBlock } from './_parts/code-block'
import { CURL_WALKTHROUGH } from './_parts/curl-walkthrough'
import { OwnPageExample } from './_parts/own-page-example'

export const metadata: Metadata = { title: 'Docs' }

/** The sections in order. An id is part of an address that others link to: never change one. */
const SECTIONS = [
  { id: 'try', title: 'Try it' },
  { id: 'curl', title: 'From a program' },
  { id: 'idempotency-key', title: 'The Idempotency-Key' },
  { id: 'own-page', title: 'On your own page' },
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
            Each key takes effect in our ledger exactly once. A card is charged at most once per attempt; when
            the network leaves an outcome unknown, we ask the bank instead of charging again.
          </p>
        </header>
        <div className="lg:col-start-2 lg:row-span-2 lg:row-start-1">
          <Contents places={SECTIONS} />
        </div>

        <div className="flex min-w-0 max-w-2xl flex-col gap-12">
          <Section id="try">
            <ol className="list-decimal space-y-1.5 pl-5 text-ink-2 marker:text-ink-3">
              <li>
                Buy something in the{' '}
                <Link className={LINK} href="/">
                  shop
                </Link>
                and fill in a test card.
              </li>
              <li>Press Pay as often and as fast as you can. Reload while it is working. Pull the plug.</li>
              <li>
                Open the payment on the{' '}
                <Link prefetch={false} className={LINK} href="/dashboard">
                  dashboard
                </Link>
                : it shows every press, and one charge.
              </li>
            </ol>
          </Section>

          <Section
            id="curl"
            note="The same over HTTP, with a key of your own. A program sends every POST with an Idempotency-Key and may repeat it as often as it likes."
          >
            <ol className="flex flex-col gap-5">
              {CURL_WALKTHROUGH.map((step) => (
                <li key={step.text} className="min-w-0">
                  <p className="text-ink-2 text-ui">{step.text}</p>
                  <CodeBlock text={step.run} />
                  <CodeBlock text={step.prints} quiet />
                </li>
              ))}
            </ol>
            <p className="mt-5 text-ink-2 text-ui">
              All routes, with their parameters and answers, are in the{' '}
              <a className={LINK} href="/docs/api">
                API reference
              </a>
              . Create API keys on the dashboard, under{' '}
              <Link prefetch={false} className={LINK} href="/dashboard/developers">
                Developers
              </Link>
              .
            </p>
          </Section>

          <Section
            id="idempotency-key"
            note="One key per intended effect. Create it before you send the request, and store it where it survives a crash."
          >
            <ul className="list-disc space-y-1.5 pl-5 text-ink-2 text-ui marker:text-ink-3">
              <li>
                1 to 255 printable ASCII characters: bare (<code className="font-mono text-xs">abc123</code>,
                a UUID) or as a quoted string of RFC 9651 (<code className="font-mono text-xs">"abc123"</code>
                ). Both are the same key.
              </li>
              <li>
                No answer to a request? Send exactly the same one again, with the same key. It takes effect
                once.
              </li>
              <li>
                A used key with another payload is refused with 422, and the answer names the fields that
                differ.
              </li>
              <li>
                While the first request is running, a second one gets 409 and{' '}
                <code className="font-mono text-xs">Retry-After</code>; with{' '}
                <code className="font-mono text-xs">Prefer: wait=10</code> it waits for the answer.
              </li>
              <li>
                A new key is safe only where the problem has safeNewKey: true. After a lost answer it is not.
              </li>
              <li>
                Answers are stored for 30 days. After that, a retry with the key is refused, never executed.
              </li>
            </ul>
          </Section>

          <Section
            id="own-page"
            note="The browser's half, for any page with tRPC and React: a hook and a link."
          >
            <OwnPageExample />
          </Section>

          <Section
            id="test-cards"
            note="Use any future expiry date and any security code. No other number is accepted. The browser sends a token, never a number."
          >
            <Table caption="Test cards and what the simulated bank does with them">
              <TableHead>
                <Th className="pl-0!">Number</Th>
                <Th>What the bank does</Th>
                <Th>Token</Th>
              </TableHead>
              <TableBody>
                {TEST_CARDS.map((card) => (
                  <Tr key={card.token} className="px-0!">
                    <Td label="Number" primary className="figures pl-0! md:whitespace-nowrap md:font-normal">
                      {groupNumber(card.number)}
                    </Td>
                    <Td label="What the bank does">{MESSAGES.en.checkout.testCard.does[card.token]}</Td>
                    <Td label="Token" className="font-mono text-xs">
                      {card.token}
                    </Td>
                  </Tr>
                ))}
              </TableBody>
            </Table>
          </Section>

          <Section id="one-purchase">
            <Timeline>
              <TimelineItem title="The page is rendered with a new key">
                The browser stores it before anything is sent.
              </TimelineItem>
              <TimelineItem outcome="executed" title="The first press is sent with that key">
                One commit claims the key and reserves the order. Then the bank is asked once, with a key of
                our own.
              </TimelineItem>
              <TimelineItem outcome="held" title="Further presses are held back by the page">
                Even if they were sent, they would carry the same key.
              </TimelineItem>
              <TimelineItem outcome="joined" title="A reload or a second window joins the running request">
                It waits and gets the same answer.
              </TimelineItem>
              <TimelineItem
                outcome="recovered"
                title="If the server dies, another worker finishes the payment"
              >
                It asks the bank for the outcome of the charge, and never charges again to find out.
              </TimelineItem>
              <TimelineItem outcome="replayed" title="Every later request gets the stored answer">
                Payment, ledger entries and answer were written in one commit.
              </TimelineItem>
            </Timeline>
          </Section>

          <Section
            id="outcomes"
            note="Every attempt has one of these outcomes. The same signs are used on all pages."
          >
            <dl className="divide-y divide-line">
              {(Object.keys(OUTCOMES) as OutcomeName[]).map((outcome) => (
                <div key={outcome} className="flex flex-wrap gap-x-4 py-2">
                  <dt className="w-32">
                    <OutcomeLabel outcome={outcome} />
                  </dt>
                  <dd className="text-ink-2 text-ui">{OUTCOMES[outcome].meaning}</dd>
                </div>
              ))}
            </dl>
          </Section>

          <Section
            id="problems"
            note="Each problem has a page that explains it, and whether a new key is safe."
          >
            <ul className="grid gap-x-6 gap-y-1.5 sm:grid-cols-2">
              {Object.entries(PROBLEMS).map(([kind, { status }]) => (
                <li key={kind} className="flex items-baseline gap-2 text-ui">
                  <span className="figures text-ink-3">{status}</span>
                  <Link prefetch={false} className={LINK} href={`/problems/${kind}`}>
                    {kind}
                  </Link>
                </li>
              ))}
            </ul>
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
