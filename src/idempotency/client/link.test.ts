import { createTRPCClient, type TRPCLink } from '@trpc/client'
import { initTRPC } from '@trpc/server'
import { observable } from '@trpc/server/observable'
import { expect, test } from 'vitest'
import { keyLink } from './link'

const t = initTRPC.create()
const router = t.router({
  pay: t.procedure.input((input) => input as { key: string; amount: number }).mutation(() => 'paid'),
})

test('puts the key into the call itself, after it is stored; other calls pass untouched', async () => {
  const log: unknown[] = []
  const wire: TRPCLink<typeof router> =
    () =>
    ({ op }) =>
      observable((observer) => {
        log.push(op.input)
        observer.next({ result: { type: 'data', data: 'paid' } })
        observer.complete()
      })
  const client = createTRPCClient<typeof router>({ links: [keyLink(), wire] })
  await client.pay.mutate(
    { key: 'theirs', amount: 1 },
    { context: { keyed: { key: 'ours', store: () => log.push('stored') } } },
  )
  await client.pay.mutate({ key: 'theirs', amount: 2 })
  expect(log).toEqual(['stored', { key: 'ours', amount: 1 }, { key: 'theirs', amount: 2 }])
})
