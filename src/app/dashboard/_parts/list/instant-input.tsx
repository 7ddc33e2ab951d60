'use client'
import { instantOfWall, intlZone, wallTime } from '@/lib/wall-time'
import { Input } from '@/ui/field'
import { useZone } from '@/ui/zone'

/** A field for an instant, in the zone of all times on screen. `value` and what it gives are RFC 3339. */
export function InstantInput({
  id,
  value,
  seconds = false,
  label,
  className,
  onChange,
}: {
  id: string
  value: string | null
  seconds?: boolean
  /** Its name, where no label element has it. */
  label?: string
  className?: string
  onChange(value: string | null): void
}) {
  const zone = useZone()
  const wall = value ? wallTime(value, zone) : ''
  return (
    <Input
      id={id}
      type="datetime-local"
      {...(label ? { 'aria-label': label } : {})}
      {...(seconds ? { step: 1 } : {})}
      title={zone === 'local' ? 'In your time zone' : `In ${intlZone(zone)}`}
      value={seconds ? wall : wall.slice(0, 16)}
      onChange={(event) => onChange(instantOfWall(event.target.value, zone))}
      className={className ?? 'figures'}
    />
  )
}
