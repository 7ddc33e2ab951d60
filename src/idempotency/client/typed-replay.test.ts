import { createTRPCClient, httpBatchLink, httpBatchStreamLink } from '@trpc/client'
import { initTRPC } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { typedResultOf } from '../adapters/trpc'
import { problemShape } from '../adapters/trpc-problems'
import { systemClock } from '../core/clock'
import { defineOperation } from '../core/define-operation'
import { Engine } from '../core/engine'
import { storedText } from '../core/transformer'
import { type MemoryForm, MemoryStore } from '../stores/memory'
import { type Rich, rich, superjson } from '../testing/rich-values'
import { keyLink, problemOf } from './link'
import { attemptStorage } from './storage'

interface Kept {
  value: Rich
  /** Made by the first execution: a second one would make another. */
  at: Date
  serial: bigint
}

let serial = 0n
const rows = new Map<string, { value: Rich }>()
const operation = defineOperation<{ value: Rich }, { value: Rich }, Kept, MemoryForm>({
  name: 'test.keep',
  transformer: superjson,
  begin: ({ value }, { subjectId }) => ({
    name: 'begin',
    rows: 1,
    check: () => 1,
    apply: () => {
      rows.set(subjectId, { value })
      return { value }
    },
  }),
  ask: async ({ value }) => ({ value, at: new Date(), serial: serial++ }),
  find: async () => ({ doubt: 'not asked here' }),
  finish: (_, kept) => ({
    to: 'completed',
    answer: { status: 200, problem: null, body: storedText(kept, superjson) },
    writes: [],
  }),
  recall: async (_, subjectId) => rows.get(subjectId) ?? null,
})
const newId = () => crypto.randomUUID()
const engine = new Engine<MemoryForm>({
  store: new MemoryStore(() => Date.now(), newId),
  observe: () => {},
  clock: systemClock,
  newId,
  fieldSecrets: ['secret'],
})

const t = initTRPC.create({
  transformer: superjson,
  errorFormatter: ({ shape, error }) => problemShape(shape, error),
})
const router = t.router({
  keep: t.procedure
    .input((input) => input as { value: Rich; key?: string })
    .mutation(async ({ input: { key = '', value } }) => {
      const scope = { merchantId: 'm', actor: 'shopper:a' }
      const reply = await engine.run(operation, {
        scope,
        key,
        input: { value },
        waitMs: 1_000,
        source: 'test',
        requestId: 'q',
      })
      return typedResultOf<Kept>(reply, superjson)
    }),
})

let requests: string[]
beforeEach(() => {
  requests = []
})
const options = {
  url: 'http://shop.test/trpc',
  transformer: superjson,
  fetch: (url: RequestInfo | URL, init?: RequestInit) => {
    requests.push(String(url))
    return fetchRequestHandler({
      endpoint: '/trpc',
      // A signal of another realm is refused by undici, and nothing here is aborted.
      req: new Request(url, { ...init, signal: null }),
      router,
      createContext: () => ({}),
    })
  },
}
const batch = createTRPCClient<typeof router>({ links: [keyLink(), httpBatchLink(options as never)] })
const stream = createTRPCClient<typeof router>({ links: [keyLink(), httpBatchStreamLink(options as never)] })
const send = (client: typeof batch, key: string, value: Rich) =>
  client.keep.mutate({ value }, { context: { keyed: { key, store() {} } } })

test('O2 generated values of every type come back as they were: in a batch, in a stream, and after a reload', async () => {
  let n = 0
  await fc.assert(
    fc.asyncProperty(rich, rich, async (one, two) => {
      const keys = [`one-${++n}`, `two-${n}`] as const
      requests = []
      const first = await Promise.all([send(batch, keys[0], one), send(batch, keys[1], two)])
      expect(requests).toHaveLength(1)
      expect(first.map(({ idempotency }) => idempotency.outcome)).toEqual(['executed', 'executed'])
      expect(first.map(({ result }) => result.value)).toStrictEqual([one, two])
      const [a] = first
      expect([a.result.at, typeof a.result.serial]).toStrictEqual([expect.any(Date), 'bigint'])

      const again = await Promise.all([send(stream, keys[0], one), send(stream, keys[1], two)])
      expect(requests).toHaveLength(2)
      expect(again.map(({ idempotency }) => idempotency.outcome)).toEqual(['replayed', 'replayed'])
      expect(again.map(({ result }) => result)).toStrictEqual(first.map(({ result }) => result))

      // The page is loaded anew: all that it has is the text in the browser's storage.
      const storage = attemptStorage(`test.attempt:${n}`, () => browser)
      storage.write({ key: keys[0], payload: superjson.stringify(one), sentAt: 1, held: 0 })
      const kept = attemptStorage(`test.attempt:${n}`, () => browser).read()
      const reloaded = await send(batch, kept?.key ?? '', superjson.parse(kept?.payload ?? ''))
      expect(reloaded.idempotency.outcome).toBe('replayed')
      expect(reloaded.result).toStrictEqual(a.result)
    }),
  )
})

test('K5 another value of such a type under the same key is refused, and the field is named', async () => {
  await send(batch, 'k', { at: new Date(0), many: new Map([[1, 2n]]) })
  const error = await send(stream, 'k', { at: new Date(0), many: new Map([[1, 3n]]) }).catch(
    (e: unknown) => e,
  )
  expect(problemOf(error)).toMatchObject({ kind: 'key-reused', differs: ['/value/many'] })
})

/** The storage of a browser, which outlives its pages. */
const texts = new Map<string, string>()
const browser = {
  get length() {
    return texts.size
  },
  key: (index: number) => [...texts.keys()][index] ?? null,
  getItem: (name: string) => texts.get(name) ?? null,
  setItem: (name: string, text: string) => void texts.set(name, text),
  removeItem: (name: string) => void texts.delete(name),
}
