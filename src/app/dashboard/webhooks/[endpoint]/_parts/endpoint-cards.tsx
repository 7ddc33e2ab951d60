import { Button } from '@/ui/button'
import { Card, CardHeader, Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { Timestamp } from '@/ui/timestamp'
import type { WebhookEndpoint } from '../../../_parts/api'
import { formatCount } from '../../../_parts/words'
import { EventNames } from '../../_parts/endpoint-table'

/** @param onEdit null: this operator may change nothing; so it is below */
export function EndpointCard({
  endpoint,
  onEdit,
  onDelete,
}: {
  endpoint: WebhookEndpoint
  onEdit: (() => void) | null
  onDelete: (() => void) | null
}) {
  return (
    <Card>
      <CardHeader
        title="Endpoint"
        {...(onEdit && onDelete
          ? {
              actions: (
                <>
                  <Button size="sm" onClick={onEdit}>
                    Edit
                  </Button>
                  <Button size="sm" onClick={onDelete}>
                    Delete
                  </Button>
                </>
              ),
            }
          : {})}
      />
      <div className="px-4 py-1.5 sm:px-5">
        <Facts>
          <Fact name="Id">
            <CopyId id={endpoint.id} />
          </Fact>
          <Fact name="Events">
            <EventNames types={endpoint.eventTypes} />
          </Fact>
          <Fact name="Waiting to be sent">{formatCount(endpoint.pending)}</Fact>
          <Fact name="Created">
            <Timestamp at={endpoint.createdAt} />
          </Fact>
        </Facts>
      </div>
    </Card>
  )
}

export function SecretCard({
  endpoint: { previousSecretUntil },
  onRotate,
}: {
  endpoint: WebhookEndpoint
  onRotate: (() => void) | null
}) {
  return (
    <Card>
      <CardHeader
        title="Signing secret"
        note="Your server verifies by it that an event comes from here."
        {...(onRotate
          ? {
              actions: (
                <Button size="sm" onClick={onRotate}>
                  Rotate
                </Button>
              ),
            }
          : {})}
      />
      <div className="px-4 py-1.5 sm:px-5">
        <Facts>
          <Fact name="Signs now">
            {previousSecretUntil ? 'The new secret and the one before' : 'One secret'}
          </Fact>
          {previousSecretUntil && (
            <Fact name="The one before ends">
              <Timestamp at={previousSecretUntil} />
            </Fact>
          )}
          <Fact name="Shown">Once, when it is made</Fact>
        </Facts>
      </div>
    </Card>
  )
}
