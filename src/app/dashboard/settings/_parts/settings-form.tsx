'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { TextField } from '@/ui/field'
import { api, type SettingsData } from '../../_parts/api'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
import { AccentField } from './accent-field'
import { changesOf, type SaveSettings, type SettingsDraft, type SettingsField } from './settings-draft'
import { TimeZoneField } from './time-zone-field'

/** The choices that are texts. They are saved together, as one version. */
export function SettingsForm({
  base,
  draft,
  onChange,
  save,
  onSaved,
}: {
  base: SettingsData
  draft: SettingsDraft
  onChange(draft: SettingsDraft): void
  save: SaveSettings
  onSaved(next: SettingsData): void
}) {
  // The same for each repeat of one request; another once something else is asked for.
  const [newId, setNewId] = useState(() => crypto.randomUUID())
  const [saved, setSaved] = useState(false)
  const changes = changesOf(base, draft)
  const unchanged = Object.keys(changes).length === 0
  const act = useSubmitOnce(
    () => save(() => api.settings.update.mutate({ newId, version: base.version, changes })),
    (next) => {
      setNewId(crypto.randomUUID())
      setSaved(true)
      onSaved(next)
    },
  )
  const change = (field: SettingsField) => (value: string) => {
    setNewId(crypto.randomUUID())
    setSaved(false)
    onChange({ ...draft, [field]: value })
  }
  const field = (name: SettingsField) => ({
    id: `settings-${name}`,
    size: 'dense' as const,
    value: draft[name],
    error: act.fields[name],
    readOnly: !base.mayChange,
    onChange: (event: { target: { value: string } }) => change(name)(event.target.value),
  })
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!unchanged) act.press()
      }}
    >
      <Card>
        <CardHeader title="What shoppers see" />
        <CardBody className="flex flex-col gap-5">
          <TextField
            {...field('displayName')}
            label="Display name"
            optional
            maxLength={60}
            placeholder={base.merchantName}
            hint={`Without one, shoppers read ${base.merchantName}.`}
          />
          <AccentField
            value={draft.accent}
            readOnly={!base.mayChange}
            error={act.fields.accent}
            onChange={change('accent')}
          />
          <TextField
            {...field('supportEmail')}
            type="email"
            label="Support e-mail"
            optional
            maxLength={254}
            placeholder="help@example.com"
            hint="Where Help on your pages leads, unless there is an address below."
          />
          <TextField
            {...field('supportUrl')}
            type="url"
            label="Support page"
            optional
            maxLength={500}
            placeholder="https://example.com/help"
          />
          <TextField
            {...field('statementWords')}
            label="Words on the card statement"
            optional
            maxLength={22}
            placeholder="HARBOUR GOODS"
            hint="What your bank prints for your charges. The receipt repeats it, so that shoppers recognise it; it does not change what the bank prints."
          />
        </CardBody>
        <CardHeader title="Time" />
        <CardBody className="flex flex-col gap-5">
          <TimeZoneField field={field('timeZone')} />
        </CardBody>
        {base.mayChange && (
          <CardBody className="flex flex-wrap items-center gap-3 border-line border-t">
            <Button
              type="submit"
              variant="primary"
              busy={act.busy}
              {...(unchanged ? { 'aria-disabled': true } : {})}
            >
              Save changes
            </Button>
            <p role="status" className="text-ink-2 text-ui">
              {saved && unchanged ? 'Saved.' : unchanged ? 'Nothing is changed.' : ''}
            </p>
            <p role="alert" className="text-bad text-ui empty:hidden">
              {act.failure}
            </p>
          </CardBody>
        )}
      </Card>
    </form>
  )
}
