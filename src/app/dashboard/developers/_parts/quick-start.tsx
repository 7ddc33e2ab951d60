import Link from 'next/link'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { LINK } from '@/ui/nav'
import { CodeBlock } from '../../../docs/_parts/code-block'
import { firstPaymentCommand, keyCommand } from '../../../docs/_parts/first-payment'

/**
 * A first payment with curl.
 * @param token of the key created a moment ago; null: the reader puts in their own
 */
export function QuickStart({ baseUrl, token }: { baseUrl: string; token: string | null }) {
  return (
    <Card>
      <CardHeader title="Quick start" note="The same request, twice: one charge." />
      <CardBody className="flex flex-col gap-4 text-ink-2 text-ui">
        <div>
          <p>{token ? 'Your new key, for this terminal:' : 'Put your key into this terminal:'}</p>
          <CodeBlock text={keyCommand(token)} />
        </div>
        <div>
          <p>Pay 24.00 EUR. Then send it again: the answer is the same and is marked as a replay.</p>
          <CodeBlock text={firstPaymentCommand(baseUrl)} copy="the command of a first payment" />
        </div>
        <p className="max-w-[80ch]">
          Change the amount but keep the key: the request is refused and nothing is charged.{' '}
          <Link prefetch={false} className={LINK} href="/docs#curl">
            The full walkthrough
          </Link>
          ,{' '}
          <a className={LINK} href="/docs/api">
            every route
          </a>
          ,{' '}
          <a className={LINK} href="/api/openapi.json">
            the OpenAPI document
          </a>
          .
        </p>
      </CardBody>
    </Card>
  )
}
