'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { Field } from '@/ui/field'
import { api, type SettingsData } from '../../_parts/api'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
import { pngOfFile } from './logo-file'
import type { SaveSettings } from './settings-draft'

/** The logo: a file is drawn anew in this browser, shown in the preview, and stored when it is saved. */
export function LogoCard({
  base,
  picked,
  onPick,
  save,
  onSaved,
}: {
  base: SettingsData
  /** A PNG in base64 that is not saved yet. */
  picked: string | null
  onPick(png: string | null): void
  save: SaveSettings
  onSaved(next: SettingsData): void
}) {
  const [newId, setNewId] = useState(() => crypto.randomUUID())
  const [problem, setProblem] = useState<string | null>(null)
  const [saved, setSaved] = useState('')
  const done = (word: string) => (next: SettingsData) => {
    setNewId(crypto.randomUUID())
    setSaved(word)
    onSaved(next)
  }
  const version = base.version
  const store = useSubmitOnce(
    () => save(() => api.settings.setLogo.mutate({ newId, version, png: picked })),
    done('Saved.'),
  )
  const remove = useSubmitOnce(
    () => save(() => api.settings.setLogo.mutate({ newId, version, png: null })),
    done('Removed.'),
  )
  const choose = async (file: File | undefined) => {
    setProblem(null)
    setSaved('')
    setNewId(crypto.randomUUID())
    if (!file) return onPick(null)
    try {
      onPick(await pngOfFile(file))
    } catch (error) {
      onPick(null)
      setProblem(error instanceof Error ? error.message : 'This picture could not be read.')
    }
  }
  return (
    <Card>
      <CardHeader title="Logo" note="In place of the name, at the top of your checkout and receipts." />
      <CardBody className="flex flex-col gap-4">
        {base.mayChange ? (
          <Field
            id="settings-logo"
            label="Picture"
            hint="PNG, JPEG or WebP. It is drawn anew, at most 96 pixels high; in the dark it stands on white."
            error={problem ?? store.fields.png}
          >
            <input
              id="settings-logo"
              type="file"
              accept="image/png,image/jpeg,image/webp"
              aria-describedby="settings-logo-hint"
              className="block w-full min-w-0 text-ui file:me-3 file:h-9 file:cursor-pointer file:rounded-md file:border-0 file:bg-muted file:px-3 file:font-medium file:text-ink"
              onChange={(event) => void choose(event.target.files?.[0])}
            />
          </Field>
        ) : (
          <p className="text-ink-2 text-ui">{base.logo ? 'A logo is in force.' : 'There is no logo.'}</p>
        )}
        {base.mayChange && (
          <div className="flex flex-wrap items-center gap-3">
            <Button
              variant="primary"
              busy={store.busy}
              {...(picked ? {} : { 'aria-disabled': true })}
              onClick={() => picked && store.press()}
            >
              Save logo
            </Button>
            {base.logo && (
              <Button busy={remove.busy} onClick={remove.press}>
                Remove logo
              </Button>
            )}
            <p role="status" className="text-ink-2 text-ui">
              {picked ? 'Not saved yet: see the preview.' : saved}
            </p>
            <p role="alert" className="text-bad text-ui empty:hidden">
              {store.failure ?? remove.failure}
            </p>
          </div>
        )}
      </CardBody>
    </Card>
  )
}
