import { Card, CardBody, CardHeader } from '@/ui/card'
import { CodeBlock } from '../../../../../docs/_parts/code-block'
import type { DeliveryData } from '../../../../_parts/api'

/** The request as it is sent: its body byte for byte. */
export function RequestCard({ delivery: { endpoint, headers, body, log } }: { delivery: DeliveryData }) {
  const last = log.at(-1)
  const signed = [
    ...headers,
    ...(last ? [{ name: 'webhook-timestamp', value: String(Math.floor(Date.parse(last.at) / 1_000)) }] : []),
    { name: 'webhook-signature', value: 'v1,…' },
  ]
  return (
    <Card>
      <CardHeader title="Request" note="The body is the same, byte for byte, in every attempt." />
      <CardBody className="flex flex-col gap-4 text-ink-2 text-ui">
        {endpoint && (
          <div>
            <p>To</p>
            <CodeBlock text={`POST ${endpoint.url}`} />
          </div>
        )}
        <div>
          <p>Headers. Time and signature are those of an attempt; signatures are not kept.</p>
          <CodeBlock text={signed.map(({ name, value }) => `${name}: ${value}`).join('\n')} />
        </div>
        <div>
          <p>Body</p>
          <CodeBlock text={body} />
        </div>
      </CardBody>
    </Card>
  )
}
