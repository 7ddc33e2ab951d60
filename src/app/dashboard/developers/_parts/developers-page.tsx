'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { PageHeader } from '@/ui/page-header'
import { api, type KeyRow, type KeysData } from '../../_parts/api'
import { Freshness } from '../../_parts/live/stale-data'
import { useLive } from '../../_parts/live/live-query'
import { CreateDialog } from './create-dialog'
import { Outcome } from './dialog-outcome'
import type { Done } from './dialog-result'
import { KeyList } from './api-key-list'
import type { KeyAction } from './api-key-table'
import { QuickStart } from './quick-start'
import { RevokeDialog } from './revoke-dialog'
import { RotateDialog } from './rotate-dialog'

type Asking = { what: 'create' } | { what: KeyAction; row: KeyRow } | null

/** What a program needs to call us: a key, and the first request. */
export function DevelopersPage({ initial }: { initial: KeysData | null }) {
  const live = useLive(['api-keys'], () => api.developers.keys.query(), initial ?? undefined)
  const [asking, setAsking] = useState<Asking>(null)
  const [done, setDone] = useState<(Done & { at: number }) | null>(null)
  const close = () => setAsking(null)
  const tell = (what: Done) => {
    close()
    setDone((before) => ({ ...what, at: (before?.at ?? 0) + 1 }))
    void live.refetch()
  }
  const create = () => setAsking({ what: 'create' })
  const token = done?.what.outcome === 'made' ? done.what.token : null
  return (
    <>
      <PageHeader
        title="Developers"
        note="A program calls the API with a key. Each key has its own rights, and ends when you say so."
        actions={
          <Button variant="primary" onClick={create}>
            Create API key
          </Button>
        }
      />
      {done && <Outcome key={done.at} done={done} onGone={() => setDone(null)} />}
      <Freshness query={live} />
      <div className="flex flex-col gap-4">
        <KeyList
          keys={live.data?.keys}
          failed={live.isError}
          onCreate={create}
          onAct={(what, row) => setAsking({ what, row })}
        />
        {live.data && <QuickStart baseUrl={live.data.baseUrl} token={token} />}
      </div>
      {asking?.what === 'create' && <CreateDialog onDone={tell} onClose={close} />}
      {asking?.what === 'rotate' && <RotateDialog row={asking.row} onDone={tell} onClose={close} />}
      {asking?.what === 'revoke' && <RevokeDialog row={asking.row} onDone={tell} onClose={close} />}
    </>
  )
}
