'use client'
import Link from 'next/link'
import { indentJson } from '@/lib/json-text'
import { Banner } from '@/ui/banner'
import { buttonClass } from '@/ui/button'
import { Card, CardBody, CardHeader, Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { OUTCOMES, OutcomeLabel } from '@/ui/status'
import { duration, Timestamp } from '@/ui/timestamp'
import { CodeBlock } from '../../../../../docs/_parts/code-block'
import type { RequestData } from '../../../../_parts/api'
import { isKeyMasked } from '../../_parts/curl'
import { StatusBadge } from '../../_parts/request-table'
import { CurlCard } from './curl-card'

const REQUESTS = '/dashboard/developers/requests'

/** One request of a program with its answer, as far as they are kept. */
export function RequestDetail({ request }: { request: RequestData }) {
  return (
    <>
      <PageHeader
        back={
          <Link href={REQUESTS} className={LINK}>
            Requests
          </Link>
        }
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="font-mono text-lg [overflow-wrap:anywhere]">
              {request.method} {request.path}
            </span>
            <StatusBadge status={request.status} />
          </span>
        }
        note={request.outcome ? `The request ${OUTCOMES[request.outcome].meaning}.` : undefined}
      />
      {request.sameIntentAs && <NewKeyBanner other={request.sameIntentAs} />}
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_23rem]">
        <div className="flex min-w-0 flex-col gap-4 max-xl:order-2">
          <MessageCard
            title="Request"
            headers={request.requestHeaders}
            body={request.requestBody}
            none={noBodyOf(request)}
          />
          <MessageCard
            title="Answer"
            headers={request.answerHeaders}
            body={request.answerBody}
            none="Nothing of the body was kept: it was empty, no JSON, or too long."
          />
          <CurlCard request={request} />
        </div>
        <RequestFacts request={request} />
      </div>
    </>
  )
}

function NewKeyBanner({ other }: { other: string }) {
  return (
    <Banner
      tone="warn"
      className="mb-4"
      title="The same thing was asked for under another key"
      actions={
        <Link href={`${REQUESTS}/${other}`} className={buttonClass('secondary', 'sm')}>
          The other request
        </Link>
      }
    >
      The two came within an hour, and the first may have worked. If they were one purchase, the client should
      have sent the first key again.
    </Banner>
  )
}

function noBodyOf({ method, requestBytes }: RequestData): string {
  if (method !== 'POST' || requestBytes === 0) return 'No body was sent.'
  return 'Nothing of the body was kept: the request was refused before it was read, or it was too long or held a card number.'
}

function MessageCard({
  title,
  headers,
  body,
  none,
}: {
  title: string
  headers: RequestData['requestHeaders']
  body: string | null
  none: string
}) {
  return (
    <Card>
      <CardHeader title={title} note="Secrets, and values that may be personal, are masked." />
      <CardBody className="flex flex-col gap-4 text-ink-2 text-ui">
        <div>
          <p>Headers</p>
          {headers.length > 0 ? (
            <CodeBlock text={headers.map(({ name, value }) => `${name}: ${value}`).join('\n')} />
          ) : (
            <p className="mt-1 text-ink-3">None of those that are kept.</p>
          )}
        </div>
        <div>
          <p>Body</p>
          {body === null ? <p className="mt-1 text-ink-3">{none}</p> : <CodeBlock text={indentJson(body)} />}
        </div>
      </CardBody>
    </Card>
  )
}

function RequestFacts({ request }: { request: RequestData }) {
  const { apiKey, idempotencyKey, recordId, outcome, problem } = request
  const subject = subjectOf(request)
  return (
    <Card>
      <CardHeader title="Facts" />
      <div className="px-4 py-1.5 sm:px-5">
        <Facts>
          <Fact name="When">
            <Timestamp at={request.at} />
          </Fact>
          <Fact name="Took">{duration(request.durationMs)}</Fact>
          <Fact name="API key">
            <Link prefetch={false} href={`${REQUESTS}?apiKey=${apiKey.id}`} className={LINK}>
              {apiKey.name}
            </Link>{' '}
            <span className="font-mono text-ink-3 text-xs">{apiKey.hint}</span>
          </Fact>
          {idempotencyKey !== null && (
            <Fact name="Idempotency key">
              <CopyId id={idempotencyKey} />
            </Fact>
          )}
          {recordId !== null && (
            <Fact name="Record of the key">
              <Link prefetch={false} href={`/dashboard/idempotency/${recordId}`} className={LINK}>
                Open
              </Link>
            </Fact>
          )}
          {idempotencyKey !== null && !isKeyMasked(request) && (
            <Fact name="Requests with it">
              <Link
                prefetch={false}
                href={`${REQUESTS}?${new URLSearchParams({ key: idempotencyKey })}`}
                className={LINK}
              >
                Show
              </Link>
            </Fact>
          )}
          {subject && (
            <Fact name={subject.word}>
              <Link prefetch={false} href={subject.href} className={LINK}>
                Open
              </Link>
            </Fact>
          )}
          {outcome && (
            <Fact name="Outcome">
              <OutcomeLabel outcome={outcome} />
            </Fact>
          )}
          {problem && (
            <Fact name="Problem">
              <a href={`/problems/${problem}`} className={`${LINK} font-mono text-xs`}>
                {problem}
              </a>
            </Fact>
          )}
          <Fact name="Request id">
            <CopyId id={request.id} />
          </Fact>
          {request.address && <Fact name="From">{request.address}</Fact>}
          {request.query && (
            <Fact name="Query">
              <span className="font-mono text-xs [overflow-wrap:anywhere]">{request.query}</span>
            </Fact>
          )}
          {request.requestBytes !== null && (
            <Fact name="Body sent">{request.requestBytes.toLocaleString('en')} bytes</Fact>
          )}
        </Facts>
      </div>
    </Card>
  )
}

/** The payment that the address or the answer names. */
function subjectOf({ path, answerBody }: RequestData): { word: string; href: string } | null {
  const [payment] =
    /pay_[0-9a-f]{32}/.exec(`${path} ${/^\{"items"/.test(answerBody ?? '') ? '' : answerBody}`) ?? []
  return payment ? { word: 'Payment', href: `/dashboard/payments/${payment}` } : null
}
