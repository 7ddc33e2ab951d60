'use client'
import { mintKey } from '@payonce/idempotency/client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { SelectField, TextField } from '@/ui/field'
import { api } from '../../_parts/api'
import { Dialog, DialogFoot } from '../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
import { ALL_SCOPES, type ApiScopeName, LIFETIMES, SCOPE_LABELS, USUAL_SCOPES } from './api-key-labels'
import type { DialogResult } from './dialog-result'

/** Creates an API key: name, scopes, lifetime. Its id is minted when the dialog opens, so that a repeated submit makes one key. */
export function CreateDialog({ onDone, onClose }: { onDone(done: DialogResult): void; onClose(): void }) {
  const [newId] = useState(() => mintKey())
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly ApiScopeName[]>(USUAL_SCOPES)
  const [days, setDays] = useState<number | null>(90)
  const [tried, setTried] = useState(false)
  const wrong = { name: name.trim() === '', scopes: scopes.length === 0 }
  const act = useSubmitOnce(
    () => api.developers.createKey.mutate({ newId, name, scopes: [...scopes], expiresInDays: days }),
    (what) => onDone({ what, name: name.trim() }),
  )
  const submit = () => {
    setTried(true)
    if (wrong.name) return document.getElementById('key-name')?.focus()
    if (!wrong.scopes) act.press()
  }
  return (
    <Dialog title="Create an API key" onClose={onClose}>
      {(close) => (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            submit()
          }}
        >
          <div className="flex flex-col gap-5 px-4 py-4 sm:px-5">
            <TextField
              id="key-name"
              size="dense"
              label="Name"
              hint="Where it will be used, so that you recognise it later."
              maxLength={100}
              autoComplete="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
              error={tried && wrong.name ? 'Enter a name, like “Web shop”' : undefined}
            />
            <ScopeChoice chosen={scopes} onChange={setScopes} missing={tried && wrong.scopes} />
            <SelectField
              id="key-lifetime"
              size="dense"
              label="Valid for"
              value={days ?? ''}
              onChange={(event) => setDays(event.target.value === '' ? null : Number(event.target.value))}
            >
              {LIFETIMES.map((lifetime) => (
                <option key={lifetime.word} value={lifetime.days ?? ''}>
                  {lifetime.word}
                </option>
              ))}
            </SelectField>
          </div>
          <DialogFoot status={act.failure}>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="primary" busy={act.busy}>
              Create key
            </Button>
          </DialogFoot>
        </form>
      )}
    </Dialog>
  )
}

function ScopeChoice({
  chosen,
  onChange,
  missing,
}: {
  chosen: readonly ApiScopeName[]
  onChange(scopes: ApiScopeName[]): void
  missing: boolean
}) {
  const toggle = (scope: ApiScopeName) =>
    onChange(ALL_SCOPES.filter((one) => (one === scope ? !chosen.includes(one) : chosen.includes(one))))
  return (
    <fieldset aria-describedby={missing ? 'key-scopes-error' : undefined}>
      <legend className="mb-1.5 font-medium text-sm">Permissions</legend>
      <div className="grid gap-x-6 sm:grid-cols-2">
        {ALL_SCOPES.map((scope) => (
          <label key={scope} className="flex min-h-9 items-center gap-2.5 py-1 text-sm">
            <input
              type="checkbox"
              className="size-4 shrink-0"
              checked={chosen.includes(scope)}
              onChange={() => toggle(scope)}
            />
            <span>
              {SCOPE_LABELS[scope]} <span className="block font-mono text-2xs text-ink-3">{scope}</span>
            </span>
          </label>
        ))}
      </div>
      {missing && (
        <p id="key-scopes-error" role="alert" className="mt-1.5 text-bad text-ui">
          Choose at least one permission.
        </p>
      )}
    </fieldset>
  )
}
