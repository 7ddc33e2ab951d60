import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'
import { SkeletonRows } from '@/ui/skeleton'
import type { ListedApiKey } from '../../_parts/api'
import { isUsable } from './api-key-labels'
import { type ApiKeyAction, ApiKeyTable } from './api-key-table'

interface Props {
  /** Undefined while loading. */
  keys: readonly ListedApiKey[] | undefined
  failed: boolean
  onCreate(): void
  /** Absent where the operator may only read. */
  onAct?: (action: ApiKeyAction, row: ListedApiKey) => void
}

/** The keys that work; below them, folded, the keys that have ended. */
export function ApiKeyList({ keys, failed, onCreate, onAct }: Props) {
  const open = keys?.filter(isUsable) ?? []
  const ended = keys?.filter((row) => !isUsable(row)) ?? []
  return (
    <Card className="overflow-hidden">
      <CardHeader
        title="API keys"
        note="A key cannot be shown again, not even to you: only its hash is stored."
      />
      {keys ? (
        open.length > 0 ? (
          <ApiKeyTable caption="API keys that work, newest first" rows={open} {...(onAct ? { onAct } : {})} />
        ) : (
          <EmptyState
            title="No working key"
            action={
              onAct && (
                <Button variant="primary" onClick={onCreate}>
                  Create API key
                </Button>
              )
            }
          >
            A program needs one to call the API.
          </EmptyState>
        )
      ) : failed ? (
        <EmptyState title="The keys could not be loaded.">
          The server is not responding. We keep trying.
        </EmptyState>
      ) : (
        <SkeletonRows rows={4} />
      )}
      {ended.length > 0 && (
        <details className="border-line border-t">
          <summary className="-outline-offset-2 cursor-pointer px-4 py-3 font-medium text-ink-2 text-ui sm:px-5">
            {ended.length === 1 ? '1 key has ended' : `${ended.length} keys have ended`}
          </summary>
          <ApiKeyTable caption="API keys that have ended, newest first" rows={ended} ended />
        </details>
      )}
    </Card>
  )
}
