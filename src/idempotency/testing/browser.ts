import type { BrowserApis } from '../client/tabs'

/**
 * A fake of one browser's Web Locks: exclusive locks, a queue in order, `steal`, `ifAvailable` and `signal`.
 */
export function lockTable(): NonNullable<BrowserApis['locks']> {
  type Request = { grant: () => void; signal?: AbortSignal | undefined }
  let holder: { stolen: (error: Error) => void } | null = null
  const queue: Request[] = []
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
      const waiting = { grant, signal: options.signal }
      queue.push(waiting)
      options.signal?.addEventListener('abort', () => {
        if (!queue.includes(waiting)) return
        queue.splice(queue.indexOf(waiting), 1)
        reject(new DOMException('given up', 'AbortError'))
      })
    })
  return { request: request as LockManager['request'] }
}

/** A fake of one browser's BroadcastChannel: each message arrives at all other ends, in a later microtask. */
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
