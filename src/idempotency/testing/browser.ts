import type { BrowserApis } from '../client/tabs'

/** The locks of one browser, as far as they are asked of here: exclusive, in order, and to be taken over. */
export function lockTable(): NonNullable<BrowserApis['locks']> {
  type Want = { grant: () => void; signal?: AbortSignal | undefined }
  let holder: { stolen: (error: Error) => void } | null = null
  const queue: Want[] = []
  const free = () => {
    holder = null
    queue.shift()?.grant()
  }
  const request = (_name: string, options: LockOptions, work: (lock: Lock | null) => unknown) =>
    new Promise<unknown>((resolve, reject) => {
      const grant = () => {
        const mine = { stolen: reject }
        holder = mine
        queueMicrotask(async () => {
          const value = await work({ name: _name, mode: 'exclusive' })
          if (holder === mine) free()
          resolve(value)
        })
      }
      const stolen = holder
      if (options.steal) {
        holder = null
        stolen?.stolen(new DOMException('taken over', 'AbortError'))
        return grant()
      }
      if (!holder) return grant()
      if (options.ifAvailable) return queueMicrotask(() => resolve(work(null)))
      const want = { grant, signal: options.signal }
      queue.push(want)
      options.signal?.addEventListener('abort', () => {
        if (!queue.includes(want)) return
        queue.splice(queue.indexOf(want), 1)
        reject(new DOMException('given up', 'AbortError'))
      })
    })
  return { request: request as LockManager['request'] }
}

/** The channel of one browser; what is posted arrives at all others, later. */
export function fakeChannel(): NonNullable<BrowserApis['open']> {
  const all = new Set<{ onmessage: ((event: MessageEvent) => unknown) | null }>()
  return () => {
    const end = {
      onmessage: null as ((event: MessageEvent) => unknown) | null,
      postMessage: (data: unknown) => {
        for (const other of all)
          if (other !== end)
            queueMicrotask(() => all.has(other) && other.onmessage?.({ data } as MessageEvent))
      },
      close: () => void all.delete(end),
    }
    all.add(end)
    return end
  }
}
