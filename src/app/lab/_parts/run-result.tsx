import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { Money } from '@/ui/money'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { duration } from '@/ui/timestamp'
import { CodeBlock } from '../../docs/_parts/code-block'
import { StoryList } from './story-list'
import { TEST_COMMAND, TEST_FILE, testText } from './test-text'
import type { LabOffer, RunData, SideData } from './types'
import { planSentence, verdictWords } from './words'

/** What came of a run: verdicts, counts, and the stories of both sides. */
export function RunResult({
  run,
  offer,
  refusal,
  onAgain,
}: {
  run: RunData
  offer: LabOffer
  refusal: string | null
  onAgain(): void
}) {
  const over = run.phase === 'over'
  return (
    <section aria-label="The run" className="flex flex-col gap-6">
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-72">
          <h2 className="font-semibold text-lg">{over ? 'The run' : 'The run so far'}</h2>
          <p className="text-ink-2 text-ui">
            {planSentence(run.plan, offer)}
            {run.ms === null ? '.' : `, ${duration(run.ms)}.`}
          </p>
        </div>
        {over && (
          <Button
            onClick={onAgain}
            {...(refusal ? { 'aria-disabled': true, 'aria-describedby': 'lab-refusal' } : {})}
          >
            Run again with this seed
          </Button>
        )}
      </header>
      {run.failed && (
        <Banner tone="bad" title="The lab itself failed, so the run proves nothing">
          {run.failed}
        </Banner>
      )}
      <SideVerdict name="Payonce" side={run.safe} />
      {run.naive && <SideVerdict name="Naive handler" side={run.naive} />}
      <Counts run={run} />
      <Story title="What happened" side={run.safe} />
      {run.naive && <Story title="What happened to the naive handler" side={run.naive} />}
      {over && run.safe.verdict && !run.failed && <AsTest run={run} offer={offer} />}
    </section>
  )
}

function SideVerdict({ name, side }: { name: string; side: SideData }) {
  const words = verdictWords(side)
  if (!words) return null
  return (
    <Banner tone={words.tone} title={`${name}: ${lowerFirst(words.title)}`}>
      {side.verdict?.reasons.map((reason) => (
        <p key={reason} className="[overflow-wrap:anywhere]">
          {reason}
        </p>
      ))}
    </Banner>
  )
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

/** The five counters, of both sides. */
function Counts({ run: { safe, naive } }: { run: RunData }) {
  const rows: [string, (side: SideData) => React.ReactNode][] = [
    ['Requests', ({ counts }) => counts?.requests ?? '—'],
    ['Executions', ({ counts }) => counts?.executions ?? '—'],
    ['Charges, by the bank’s journal', ({ counts }) => counts?.charges ?? '—'],
    ['Ledger postings', ({ counts }) => counts?.postings ?? '—'],
    [
      'Difference, bank less books',
      ({ counts }) => (counts ? <Money minor={BigInt(counts.differenceMinor)} currency="EUR" /> : '—'),
    ],
  ]
  return (
    <Card>
      <Table caption="What each side came to">
        <TableHead>
          <Th>Count</Th>
          <Th numeric>Payonce</Th>
          {naive && <Th numeric>Naive handler</Th>}
        </TableHead>
        <TableBody>
          {rows.map(([name, value]) => (
            <Tr key={name}>
              <Td label="Count" primary>
                {name}
              </Td>
              <Td label="Payonce" numeric>
                {value(safe)}
              </Td>
              {naive && (
                <Td label="Naive handler" numeric>
                  {value(naive)}
                </Td>
              )}
            </Tr>
          ))}
        </TableBody>
      </Table>
    </Card>
  )
}

function Story({ title, side }: { title: string; side: SideData }) {
  return (
    <Card>
      <CardHeader
        title={title}
        {...(side.eventsLeftOut > 0 ? { note: `${side.eventsLeftOut} earlier events are left out.` } : {})}
      />
      <CardBody>
        {side.events.length === 0 ? (
          <p className="text-ink-3 text-ui">Nothing yet.</p>
        ) : (
          <StoryList events={side.events} />
        )}
      </CardBody>
    </Card>
  )
}

function AsTest({ run, offer }: { run: RunData; offer: LabOffer }) {
  return (
    <Card>
      <CardHeader
        title="The same as a test"
        note={
          <>
            Save it in the sources as <code className="font-mono text-xs">{TEST_FILE}</code> and run{' '}
            <code className="font-mono text-xs">{TEST_COMMAND}</code>. The seed gives the same key, presses
            and pauses; the machine decides the rest, so two runs are alike and never equal.
          </>
        }
      />
      <CardBody className="pt-1!">
        <CodeBlock text={testText(run, offer)} copy="the run as a test" />
      </CardBody>
    </Card>
  )
}
