'use client'
import { useEffect, useState } from 'react'
import { TextField, type TextFieldProps } from '@/ui/field'

/** The merchant's time zone. The names are those that this browser knows. */
export function TimeZoneField({ field }: { field: Omit<TextFieldProps, 'label'> }) {
  const [names, setNames] = useState<string[]>([])
  // After the first render: the server may know others.
  useEffect(() => setNames(['UTC', ...Intl.supportedValuesOf('timeZone')]), [])
  return (
    <>
      <TextField
        {...field}
        label="Time zone"
        optional
        list="settings-time-zones"
        placeholder="Europe/Berlin"
        spellCheck={false}
        hint="The zone of your business day. Everybody in the dashboard can choose to see all times in it, at the top of each page."
      />
      <datalist id="settings-time-zones">
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  )
}
