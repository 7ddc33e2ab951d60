'use client'
import { useEffect, useState } from 'react'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'

/** Copies the address of a link. @param name of the link, for who does not see its row */
export function CopyLink({ url, name, primary = false }: { url: string; name: string; primary?: boolean }) {
  const [said, setSaid] = useState<string | null>(null)
  useEffect(() => {
    if (said === null) return
    const timer = setTimeout(() => setSaid(null), 1_500)
    return () => clearTimeout(timer)
  }, [said])
  const copy = () => {
    navigator.clipboard?.writeText(url).then(
      () => setSaid('Copied'),
      () => setSaid('Copying is blocked'),
    )
  }
  return (
    <Button size="sm" variant={primary ? 'primary' : 'secondary'} onClick={copy} title={url}>
      <Icon name={said === 'Copied' ? 'check' : 'copy'} size={14} />
      {said ?? 'Copy link'}
      <span className="sr-only">: {name}</span>
    </Button>
  )
}
