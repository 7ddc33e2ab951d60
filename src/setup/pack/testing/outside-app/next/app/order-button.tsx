'use client'
import { mintKey } from '@payonce/idempotency/client'
import { useOnline } from '@payonce/idempotency/react'
import { keyLink, problemOf } from '@payonce/idempotency/trpc-client'
import { createTRPCClient, httpLink } from '@trpc/client'
import { useState } from 'react'
import type { OutsideRouter } from '../../router.ts'

const api = createTRPCClient<OutsideRouter>({ links: [keyLink(), httpLink({ url: '/trpc' })] })

export function OrderButton() {
  const online = useOnline()
  const [key] = useState(() => mintKey())
  const [text, setText] = useState('Order')
  const press = () => {
    const keyed = { key, store: () => sessionStorage.setItem('order', key) }
    api.order.mutate({ amount: 5, key: '' }, { context: { keyed } }).then(
      ({ id }) => setText(id),
      (error) => setText(problemOf(error)?.kind ?? 'Press again'),
    )
  }
  return (
    <button type="button" disabled={!online} onClick={press}>
      {text}
    </button>
  )
}
