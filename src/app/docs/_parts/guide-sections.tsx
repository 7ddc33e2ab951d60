import { PROBLEMS } from '@payonce/idempotency/problems'
import Link from 'next/link'
import { MESSAGES } from '@/i18n/messages'
import { groupNumber } from '@/shop/checkout/form/card-rules'
import { TEST_CARDS } from '@/shop/checkout/form/test-cards'
import { LINK } from '@/ui/nav'
import { OUTCOMES, OutcomeLabel, type OutcomeName } from '@/ui/status'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timeline, TimelineItem } from '@/ui/timeline'
import { GUIDES, guidePath, guideTitle } from '../guides/_parts/guides'
import { CodeBlock } from './code-block'
import { KEY_FROM_FILE } from './curl-commands'
import { CURL_WALKTHROUGH } from './curl-walkthrough'
import { ownAddress } from './own-address'
import { ownKey } from './own-key'

/** The shortest way to see one charge from many presses. */
export function TryIt() {
  return (
    <ol className="list-decimal space-y-1.5 pl-5 text-ink-2 marker:text-ink-3">
      <li>
        Buy something in the{' '}
        <Link className={LINK} href="/">
          shop
        </Link>{' '}
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
      <li>
        See how it works, and a handler without it fail, on the page{' '}
        <Link prefetch={false} className={LINK} href="/learn">
          One key, one charge
        </Link>
        .
      </li>
    </ol>
  )
}

/** The walkthrough with curl, and the way to the API reference. */
export async function CurlWalkthrough() {
  const [ownUrl, key] = await Promise.all([ownAddress(), ownKey()])
  const here = (text: string) => (key ? ownUrl(text).replace(KEY_FROM_FILE, () => key) : ownUrl(text))
  return (
    <>
      <ol className="flex flex-col gap-5">
        {CURL_WALKTHROUGH.map((step) => (
          <li key={step.text} className="min-w-0">
            <p className="text-ink-2 text-ui">{step.text}</p>
            <CodeBlock text={here(step.run)} copy={`the command: ${step.text}`} />
            <CodeBlock text={here(step.prints)} quiet />
          </li>
        ))}
      </ol>
      <p className="mt-5 text-ink-2 text-ui">
        All routes, with their parameters and answers, are in the{' '}
        <a className={LINK} href="/docs/api">
          API reference
        </a>
        . To learn what a request would do, send it to{' '}
        <code className="font-mono text-xs">/api/v1/dry-run/…</code> (
        <code className="font-mono text-xs">/api/v1/dry-run/payments</code>, for example): every check is
        made, nothing is written, and the bank is not asked. Create API keys on the dashboard, under{' '}
        <Link prefetch={false} className={LINK} href="/dashboard/developers">
          Developers
        </Link>
        . In a sandbox, an admin who has signed in within the last 5 minutes sees the demo’s key itself in the
        first command.
      </p>
    </>
  )
}

/** The guides, each with its subject. */
export function GuideList() {
  return (
    <ul className="flex flex-col gap-3">
      {GUIDES.map(({ name, about }) => (
        <li key={name} className="text-ui">
          <Link prefetch={false} className={LINK} href={guidePath(name)}>
            {guideTitle(name)}
          </Link>
          <p className="text-ink-3">{about}</p>
        </li>
      ))}
    </ul>
  )
}

/** The rules of the Idempotency-Key, for a client. */
export function KeyRules() {
  return (
    <ul className="list-disc space-y-1.5 pl-5 text-ink-2 text-ui marker:text-ink-3">
      <li>
        1 to 255 printable ASCII characters: bare (<code className="font-mono text-xs">abc123</code>, a UUID)
        or as a quoted string of RFC 9651 (<code className="font-mono text-xs">"abc123"</code>
        ). Both are the same key.
      </li>
      <li>
        No answer to a request? Send exactly the same one again, with the same key. It takes effect once.
      </li>
      <li>
        A used key with another payload is refused with 422, and the answer names the fields that differ.
      </li>
      <li>
        While the first request is running, a second one gets 409 and{' '}
        <code className="font-mono text-xs">Retry-After</code>; with{' '}
        <code className="font-mono text-xs">Prefer: wait=10</code> it waits for the answer.
      </li>
      <li>A new key is safe only where the problem has safeNewKey: true. After a lost answer it is not.</li>
      <li>Answers are stored for 30 days. After that, a retry with the key is refused, never executed.</li>
    </ul>
  )
}

/** Every test card with its token and its effect. */
export function TestCardTable() {
  return (
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
  )
}

/** One purchase step by step, each step with its outcome. */
export function PurchaseTimeline() {
  return (
    <Timeline>
      <TimelineItem title="The page is rendered with a new key">
        The browser stores it before anything is sent.
      </TimelineItem>
      <TimelineItem outcome="executed" title="The first press is sent with that key">
        One commit claims the key and reserves the order. Then the bank is asked once, with a key of our own.
      </TimelineItem>
      <TimelineItem outcome="held" title="Further presses are held back by the page">
        Even if they were sent, they would carry the same key.
      </TimelineItem>
      <TimelineItem outcome="joined" title="A reload or a second window joins the running request">
        It waits and gets the same answer.
      </TimelineItem>
      <TimelineItem outcome="recovered" title="If the server dies, another worker finishes the payment">
        It asks the bank for the outcome of the charge, and never charges again to find out.
      </TimelineItem>
      <TimelineItem outcome="replayed" title="Every later request gets the stored answer">
        Payment, ledger entries and answer were written in one commit.
      </TimelineItem>
    </Timeline>
  )
}

/** Every outcome of an attempt. */
export function OutcomeList() {
  return (
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
  )
}

/** A link to the page of each problem. */
export function ProblemList() {
  return (
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
  )
}
