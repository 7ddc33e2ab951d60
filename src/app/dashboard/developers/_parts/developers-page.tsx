'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { PageHeader } from '@/ui/page-header'
import { type ApiKeysData, api, type ListedApiKey } from '../../_parts/api'
import { useLive } from '../../_parts/live/live-query'
import { StaleDataBanner } from '../../_parts/live/stale-data'
import { ApiKeyList } from './api-key-list'
import type { ApiKeyAction } from './api-key-table'
import { CreateDialog } from './create-dialog'
import { DialogOutcome } from './dialog-outcome'
import type { DialogResult } from './dialog-result'
import { QuickStart } from './quick-start'
import { RevokeDialog } from './revoke-dialog'
import { RotateDialog } from './rotate-dialog'

type OpenDialog = { what: 'create' } | { what: ApiKeyAction; row: ListedApiKey } | null

/** The API keys of the merchant, and a first request to try one. */
export function DevelopersPage({ initial }: { initial: ApiKeysData | null }) {
  const live = useLive(['api-keys'], () => api.developers.keys.query(), initial ?? undefined)
  const [openDialog, setOpenDialog] = useState<OpenDialog>(null)
  const [done, setDone] = useState<(DialogResult & { at: number }) | null>(null)
  const close = () => setOpenDialog(null)
  const finish = (what: DialogResult) => {
    close()
    setDone((before) => ({ ...what, at: (before?.at ?? 0) + 1 }))
    void live.refetch()
  }
  const create = () => setOpenDialog({ what: 'create' })
  const token = done?.what.outcome === 'made' ? done.what.token : null
  return (
    <>
      <PageHeader
        title="Developers"
        note="A program calls the API with a key. Each key has its own permissions, and you can revoke it at any time."
        actions={
          <Button variant="primary" onClick={create}>
            Create API key
          </Button>
        }
      />
      {done && <DialogOutcome key={done.at} done={done} onGone={() => setDone(null)} />}
      <StaleDataBanner query={live} />
      <div className="flex flex-col gap-4">
        <ApiKeyList
          keys={live.data?.keys}
          failed={live.isError}
          onCreate={create}
          onAct={(what, row) => setOpenDialog({ what, row })}
        />
        {live.data && <QuickStart baseUrl={live.data.baseUrl} token={token} />}
      </div>
      {openDialog?.what === 'create' && <CreateDialog onDone={finish} onClose={close} />}
      {openDialog?.what === 'rotate' && <RotateDialog row={openDialog.row} onDone={finish} onClose={close} />}
      {openDialog?.what === 'revoke' && <RevokeDialog row={openDialog.row} onDone={finish} onClose={close} />}
    </>
  )
}
