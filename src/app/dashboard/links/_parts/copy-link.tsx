'use client'
import { useEffect, useState } from 'react'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'

/** Copies the address of a link. @param name of the link, for who does not see its row */
export function CopyLink({ url, name, primary = false }: { url: string; name: string; primary?: boolean }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1_500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => {
    navigator.clipboard?.writeText(url).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <Button size="sm" variant={primary ? 'primary' : 'secondary'} onClick={copy} title={url}>
      <Icon name={copied ? 'check' : 'copy'} size={14} />
      {copied ? 'Copied' : 'Copy link'}
      <span className="sr-only">: {name}</span>
    </Button>
  )
}
