import Link from 'next/link'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { LINK } from '@/ui/nav'
import { CodeBlock } from '../../../docs/_parts/code-block'

/** The first payment, with curl. The token is in it while it is on the page; else it comes from the reader's own environment. */
export function QuickStart({ baseUrl, token }: { baseUrl: string; token: string | null }) {
  return (
    <Card>
      <CardHeader title="Quick start" note="The same request, twice: one charge." />
      <CardBody className="flex flex-col gap-4 text-ink-2 text-ui">
        <div>
          <p>{token ? 'Your new key, for this terminal:' : 'Put your key into this terminal:'}</p>
          <CodeBlock text={`export PAYONCE_API_KEY=${token ?? 'sk_test_…'}`} />
        </div>
        <div>
          <p>Pay 24.00 EUR. Then send it again: the answer is the same, and says so.</p>
          <CodeBlock text={CURL(baseUrl)} />
        </div>
        <p>
          Change the amount and keep the key: it is refused, and charges nothing.{' '}
          <Link prefetch={false} className={LINK} href="/docs#curl">
            The whole story
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

const CURL = (baseUrl: string) => `curl -i ${baseUrl}/api/v1/payments \\
  -H "Authorization: Bearer $PAYONCE_API_KEY" \\
  -H 'Content-Type: application/json' \\
  -H 'Idempotency-Key: my-first-payment' \\
  -d '{"amount": 2400, "currency": "EUR", "paymentMethod": "pm_card_visa"}'`
