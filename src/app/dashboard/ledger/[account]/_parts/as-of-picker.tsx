'use client'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import type { FormEvent } from 'react'
import { Button, buttonClass } from '@/ui/button'
import { Input } from '@/ui/field'

/** Picks a past instant for the balance. It is in UTC and in the address, so that a shared link shows the same. */
export function AsOfPicker({ path, asOf }: { path: string; asOf: string | null }) {
  const router = useRouter()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const value = new FormData(event.currentTarget).get('asOf')
    router.push(
      typeof value === 'string' && value !== ''
        ? `${path}?asOf=${new Date(`${value}Z`).toISOString()}`
        : path,
    )
  }
  return (
    <form action={path} method="get" onSubmit={submit} className="flex flex-wrap items-center gap-2">
      <label htmlFor="asOf" className="text-ink-3 text-ui">
        As of (UTC)
      </label>
      <span className="w-56 max-w-full">
        <Input
          id="asOf"
          name="asOf"
          type="datetime-local"
          step={1}
          defaultValue={asOf?.slice(0, 19) ?? ''}
          className="figures"
        />
      </span>
      <Button type="submit">Show</Button>
      {asOf && (
        <Link href={path} className={buttonClass('ghost')}>
          Now
        </Link>
      )}
    </form>
  )
}
