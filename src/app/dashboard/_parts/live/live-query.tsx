'use client'
import {
  keepPreviousData,
  onlineManager,
  QueryCache,
  QueryClient,
  QueryClientProvider,
  type UseQueryResult,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react'
import { isSignedOut } from '../api'

/** 2 s: short enough to see a payment in another window as it happens, long enough that polling costs one small query. */
const POLL_MS = 2_000

export type LiveState = 'live' | 'reconnecting' | 'paused' | 'offline'

const Pause = createContext<{ paused: boolean; setPaused(paused: boolean): void }>({
  paused: false,
  setPaused: () => undefined,
})

/** Polling for everything below it: only while the page is visible, keeping the last good data, and paused by one switch. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [paused, setPaused] = useState(false)
  const [client] = useState(openClient)
  const pause = useMemo(() => ({ paused, setPaused }), [paused])
  return (
    <QueryClientProvider client={client}>
      <Pause value={pause}>{children}</Pause>
    </QueryClientProvider>
  )
}

function openClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isSignedOut(error))
          window.location.assign(`/sign-in?next=${encodeURIComponent(window.location.pathname)}`)
      },
    }),
    // The next poll is the retry; a second retry beside it would only double the load.
    defaultOptions: { queries: { retry: false, staleTime: POLL_MS, refetchOnReconnect: 'always' } },
  })
}

/**
 * Data that came with the page and is kept current by polling. While a new filter loads, the old data stays, marked by
 * `isPlaceholderData`; while the server is away, the last good data stays, marked by `isError`.
 */
export function useLive<Data>(
  key: readonly unknown[],
  ask: () => Promise<Data>,
  initialData: Data | undefined,
): UseQueryResult<Data> {
  const { paused } = useContext(Pause)
  return useQuery({
    queryKey: key,
    queryFn: ask,
    placeholderData: keepPreviousData,
    refetchInterval: paused ? false : POLL_MS,
    refetchOnWindowFocus: !paused,
    ...(initialData === undefined ? {} : { initialData: initialData as never }),
  }) as UseQueryResult<Data>
}

export function usePause() {
  return useContext(Pause)
}

/** The state shown by the dot in the header, from three sources: the browser (offline), the reader (paused), the last query (failed). */
export function useLiveState(): LiveState {
  const { paused } = useContext(Pause)
  const online = useSyncExternalStore(subscribeOnline, () => onlineManager.isOnline(), alwaysOnline)
  const failing = useFailing()
  if (!online) return 'offline'
  if (paused) return 'paused'
  return failing ? 'reconnecting' : 'live'
}

const subscribeOnline = (listener: () => void) => onlineManager.subscribe(listener)
const alwaysOnline = () => true

function useFailing(): boolean {
  const cache = useQueryClient().getQueryCache()
  const subscribe = useCallback((listener: () => void) => cache.subscribe(listener), [cache])
  const read = () =>
    cache
      .findAll({ type: 'active' })
      .some((query) => query.state.status === 'error' || query.state.fetchFailureCount > 0)
  return useSyncExternalStore(subscribe, read, () => false)
}
