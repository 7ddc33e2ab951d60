import { isProblemKind, PROBLEMS, type ProblemKind, type Retry } from '@payonce/idempotency/problems'
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { SiteBar } from '@/shop/frame/site-bar'
import { Card, CardBody, Fact, Facts } from '@/ui/card'
import { PageHeader } from '@/ui/page-header'
import { PROBLEM_MEANINGS } from '../problem-meanings'

interface Props {
  params: Promise<{ type: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { type } = await params
  return isProblemKind(type) ? { title: PROBLEMS[type].title } : {}
}

/** The page behind a problem's `type` (RFC 9457): its meaning, and what a program should do. */
export default async function ProblemPage({ params }: Props) {
  const { type } = await params
  if (!isProblemKind(type)) notFound()
  const problem = PROBLEMS[type]
  return (
    <>
      <SiteBar />
      <main id="content" className="mx-auto max-w-5xl px-4 py-12 sm:px-6 *:max-w-2xl">
        <PageHeader
          title={problem.title}
          note={PROBLEM_MEANINGS[type]}
          back={<code className="font-mono">/problems/{type}</code>}
        />
        <Card>
          <CardBody className="py-2">
            <Facts>
              <Fact name="HTTP status">
                <span className="figures">{problem.status}</span>
              </Fact>
              <Fact name="tRPC code">
                <code className="font-mono text-ui">{problem.trpc}</code>
              </Fact>
              <Fact name="What to do">{RETRY_ADVICE[problem.retry]}</Fact>
              <Fact name="May a new key be used?">
                {problem.safeNewKey ? 'Yes' : 'No: it could charge a second time'}
              </Fact>
              <Fact name="Is it stored with the key?">
                {problem.remembered
                  ? 'Yes: the key is used, and a retry is never executed again'
                  : 'No: a later request with the key may get another answer'}
              </Fact>
            </Facts>
          </CardBody>
        </Card>
      </main>
    </>
  )
}

export function generateStaticParams(): Array<{ type: ProblemKind }> {
  return (Object.keys(PROBLEMS) as ProblemKind[]).map((type) => ({ type }))
}

const RETRY_ADVICE: Record<Retry, string> = {
  'same-key': 'Send the same request again with the same key',
  poll: 'Poll the status until the outcome is known',
  'after-fixing': 'Correct the request, then send it again',
  no: 'Nothing: this is the final answer',
}
