'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { PageHeader } from '@/ui/page-header'
import { type ApiKeysData, type ApiKeyUse, api, type ListedApiKey } from '../../_parts/api'
import { ByRole, useMay } from '../../_parts/frame/by-role'
import { useLive } from '../../_parts/live/live-query'
import { StaleDataBanner } from '../../_parts/live/stale-data'
import { ApiKeyList } from './api-key-list'
import type { ApiKeyAction } from './api-key-table'
import { CreateDialog } from './create-dialog'
import { DialogOutcome } from './dialog-outcome'
import type { DialogResult } from './dialog-result'
import { KeyUse } from './key-use'
import { QuickStart } from './quick-start'
import { RevokeDialog } from './revoke-dialog'
import { RotateDialog } from './rotate-dialog'

/** 10 s: counts of a week do not change what one thinks of them sooner. */
const USE_MS = 10_000

type OpenDialog = { what: 'create' } | { what: ApiKeyAction; row: ListedApiKey } | null

/** The API keys of the merchant, and a first request to try one. */
export function DevelopersPage({
  initial,
  initialUse,
}: {
  initial: ApiKeysData | null
  initialUse: ApiKeyUse | null
}) {
  const live = useLive(['api-keys'], () => api.developers.keys.query(), initial ?? undefined, {
    on: ['acts'],
    everyMs: 30_000,
  })
  const use = useLive(['api-key-use'], () => api.requests.use.query(), initialUse ?? undefined, {
    on: [],
    everyMs: USE_MS,
  })
  const [openDialog, setOpenDialog] = useState<OpenDialog>(null)
  const [done, setDone] = useState<(DialogResult & { at: number }) | null>(null)
  const mayChange = useMay('admin')
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
          <ByRole needs="admin" what="Create, rotate or revoke an API key">
            <Button variant="primary" onClick={create}>
              Create API key
            </Button>
          </ByRole>
        }
      />
      {done && <DialogOutcome key={done.at} done={done} onGone={() => setDone(null)} />}
      <StaleDataBanner query={live} />
      <div className="flex flex-col gap-4">
        <ApiKeyList
          keys={live.data?.keys}
          failed={live.isError}
          onCreate={create}
          {...(mayChange ? { onAct: (what, row) => setOpenDialog({ what, row }) } : {})}
        />
        <KeyUse use={use.data} keys={live.data?.keys} failed={use.isError} />
        {live.data && <QuickStart baseUrl={live.data.baseUrl} token={token} />}
      </div>
      {openDialog?.what === 'create' && <CreateDialog onDone={finish} onClose={close} />}
      {openDialog?.what === 'rotate' && <RotateDialog row={openDialog.row} onDone={finish} onClose={close} />}
      {openDialog?.what === 'revoke' && <RevokeDialog row={openDialog.row} onDone={finish} onClose={close} />}
    </>
  )
}
