'use client'
import { ACCENT_FORM, accentContrast, nearestAccent } from '@/lib/accent'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'

/** Our own accent, about: where the picker begins. */
const OURS = '#3a55d9'

/** The accent, judged while it is typed by the rule by which the server judges it. */
export function AccentField({
  value,
  error,
  readOnly,
  onChange,
}: {
  value: string
  error: string | undefined
  readOnly: boolean
  onChange(value: string): void
}) {
  const isColour = ACCENT_FORM.test(value)
  const contrast = isColour ? accentContrast(value) : null
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <TextField
            id="settings-accent"
            size="dense"
            label="Accent"
            optional
            maxLength={7}
            placeholder="#0f766e"
            hint="The colour of the Pay button, in the light and in the dark."
            spellCheck={false}
            autoCapitalize="off"
            readOnly={readOnly}
            value={value}
            error={contrast && !contrast.allowed ? undefined : error}
            onChange={(event) => onChange(event.target.value.trim().toLowerCase())}
          />
        </div>
        {!readOnly && (
          <input
            type="color"
            aria-label="Pick the accent"
            className="mb-7 h-9 w-12 shrink-0 cursor-pointer rounded-md border border-edge bg-surface p-1"
            value={isColour ? value : OURS}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </div>
      <div role="status" className="text-ui">
        {contrast && (
          <p className={contrast.allowed ? 'text-ok' : 'text-bad'}>
            <span aria-hidden="true">{contrast.allowed ? '✓ ' : '✕ '}</span>
            Contrast on the light page {contrast.light.toFixed(1)}:1, on the dark page{' '}
            {contrast.dark.toFixed(1)}:1 (3:1 is needed), of the label {contrast.label.toFixed(1)}:1 (4.5:1).
          </p>
        )}
      </div>
      {contrast && !contrast.allowed && !readOnly && (
        <p>
          <Button size="sm" onClick={() => onChange(nearestAccent(value))}>
            Use {nearestAccent(value)}, the nearest that is allowed
          </Button>
        </p>
      )}
    </div>
  )
}
