import { Button } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'
import { SkeletonRows } from '@/ui/skeleton'
import type { ListedApiKey } from '../../_parts/api'
import { isUsable } from './api-key-labels'
import { type ApiKeyAction, ApiKeyTable } from './api-key-table'

interface Props {
  /** Undefined while they are not here yet. */
  keys: readonly ListedApiKey[] | undefined
  failed: boolean
  onCreate(): void
  onAct(action: ApiKeyAction, row: ListedApiKey): void
}

/** The keys that open something; below them, folded, those that do no more. */
export function ApiKeyList({ keys, failed, onCreate, onAct }: Props) {
  const open = keys?.filter(isUsable) ?? []
  const ended = keys?.filter((row) => !isUsable(row)) ?? []
  return (
    <Card className="overflow-hidden">
      <CardHeader
        title="API keys"
        note="Nobody can read a key again, you included: what is stored is a hash."
      />
      {keys ? (
        open.length > 0 ? (
          <ApiKeyTable caption="API keys that work, newest first" rows={open} onAct={onAct} />
        ) : (
          <EmptyState
            title="No key works just now"
            action={
              <Button variant="primary" onClick={onCreate}>
                Create API key
              </Button>
            }
          >
            A program needs one to call the API.
          </EmptyState>
        )
      ) : failed ? (
        <EmptyState title="The keys could not be read.">
          The server does not answer. We keep asking.
        </EmptyState>
      ) : (
        <SkeletonRows rows={4} />
      )}
      {ended.length > 0 && (
        <details className="border-line border-t">
          <summary className="cursor-pointer px-4 py-3 font-medium text-ink-2 text-ui sm:px-5">
            {ended.length === 1 ? '1 key has ended' : `${ended.length} keys have ended`}
          </summary>
          <ApiKeyTable caption="API keys that have ended, newest first" rows={ended} />
        </details>
      )}
    </Card>
  )
}
