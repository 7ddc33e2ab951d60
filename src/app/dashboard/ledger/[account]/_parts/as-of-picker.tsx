'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { Button, buttonClass } from '@/ui/button'
import { InstantInput } from '../../../_parts/list/instant-input'

/** Picks a past instant for the balance, in the zone of all times on screen. The address has it in UTC, so that a shared link shows the same. */
export function AsOfPicker({ path, asOf }: { path: string; asOf: string | null }) {
  const router = useRouter()
  const [picked, setPicked] = useState(asOf)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    router.push(picked ? `${path}?asOf=${picked}` : path)
  }
  return (
    <form action={path} method="get" onSubmit={submit} className="flex flex-wrap items-center gap-2">
      <label htmlFor="asOf" className="text-ink-3 text-ui">
        As of
      </label>
      <span className="w-56 max-w-full">
        <InstantInput id="asOf" value={picked} seconds onChange={setPicked} />
      </span>
      <Button type="submit">Show</Button>
      {asOf && (
        <Link href={path} className={buttonClass('ghost')} onClick={() => setPicked(null)}>
          Now
        </Link>
      )}
    </form>
  )
}
