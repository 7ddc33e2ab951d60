'use client'
import { useState } from 'react'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { PageHeader } from '@/ui/page-header'
import { Timestamp } from '@/ui/timestamp'
import { api, type SettingsData } from '../../_parts/api'
import { useLive } from '../../_parts/live/live-query'
import { StaleDataBanner } from '../../_parts/live/stale-data'
import { BrandPreview } from './brand-preview'
import { LogoCard } from './logo-card'
import { draftOf, type SaveSettings, type SettingsDraft } from './settings-draft'
import { SettingsForm } from './settings-form'

/** 15 s: settings change rarely; a change by a colleague is refused anyway, with their name. */
const POLL_MS = 15_000

/** How the merchant shows itself to shoppers, with a picture of it, and its time zone. */
export function SettingsPage({ initial }: { initial: SettingsData }) {
  const live = useLive(['settings'], () => api.settings.get.query(), initial, {
    on: ['acts'],
    everyMs: POLL_MS,
  })
  const now = live.data ?? initial
  /** What the fields are based on. */
  const [base, setBase] = useState(initial)
  const [draft, setDraft] = useState<SettingsDraft>(() => draftOf(initial))
  const [picked, setPicked] = useState<string | null>(null)
  // What one of these forms is saving now is no change of somebody else's.
  const [saving, setSaving] = useState(0)
  const save: SaveSettings = async (request) => {
    setSaving((running) => running + 1)
    try {
      return await request()
    } finally {
      setSaving((running) => running - 1)
    }
  }
  // The answers of two forms may come in the other order.
  const follow = (next: SettingsData) => {
    setBase((known) => (next.version < known.version ? known : next))
    void live.refetch()
  }
  const take = (next: SettingsData) => {
    follow(next)
    setDraft(draftOf(next))
  }
  return (
    <>
      <PageHeader
        title="Settings"
        note={
          <>
            How your checkout and receipts show you to shoppers, and your time zone.
            {now.changedAt && (
              <>
                {' '}
                Last changed by {now.changedBy ?? 'an operator who was removed'},{' '}
                <Timestamp at={now.changedAt} seconds={false} />.
              </>
            )}
          </>
        }
      />
      <StaleDataBanner query={live} />
      {!now.mayChange && (
        <Banner className="mb-4" title="Only admins change the settings">
          You see what is in force.
        </Banner>
      )}
      {saving === 0 && now.version > base.version && (
        <Banner
          tone="warn"
          className="mb-4"
          title={`${now.changedBy ?? 'Somebody'} changed the settings meanwhile`}
          actions={<Button onClick={() => take(now)}>Show the new ones</Button>}
        >
          What you have typed and not saved is based on the ones before.
        </Banner>
      )}
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <SettingsForm base={base} draft={draft} onChange={setDraft} save={save} onSaved={take} />
          <LogoCard
            base={base}
            picked={picked}
            onPick={setPicked}
            save={save}
            onSaved={(next) => {
              setPicked(null)
              // The fields stay as they are typed.
              follow(next)
            }}
          />
        </div>
        <BrandPreview
          name={draft.displayName.trim() || base.merchantName}
          logo={picked ? `data:image/png;base64,${picked}` : (base.logo?.url ?? null)}
          accent={draft.accent}
          statementWords={draft.statementWords.trim()}
        />
      </div>
    </>
  )
}
