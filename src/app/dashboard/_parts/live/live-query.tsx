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

/** 2 s: short enough that a payment made in another window is seen as it happens, long enough to cost one small query. */
const POLL_MS = 2_000

export type LiveState = 'live' | 'reconnecting' | 'paused' | 'offline'

const Pause = createContext<{ paused: boolean; setPaused(paused: boolean): void }>({
  paused: false,
  setPaused: () => undefined,
})

/** Every list and number under it asks again while the page is visible, keeps its last good data, and can be paused as a whole. */
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
    // The next poll is the retry: a second one beside it would only knock twice.
    defaultOptions: { queries: { retry: false, staleTime: POLL_MS, refetchOnReconnect: 'always' } },
  })
}

/**
 * Data that came with the page and stays current. While another question is being answered (a filter changed), the old answer stays,
 * marked by `isPlaceholderData`; while the server is away, the last good answer stays, marked by `isError`.
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

/**
 * An answer that costs much: asked for when the page opens and when the reader says so. Only while the server is away does it ask
 * again by itself, as all the others do.
 */
export function useOnDemand<Data>(
  key: readonly unknown[],
  ask: () => Promise<Data>,
  initialData: Data,
): UseQueryResult<Data> {
  const { paused } = useContext(Pause)
  return useQuery({
    queryKey: key,
    queryFn: ask,
    initialData: initialData as never,
    refetchInterval: ({ state }) => (state.status === 'error' && !paused ? POLL_MS : false),
    refetchOnWindowFocus: false,
  }) as UseQueryResult<Data>
}

export function usePause() {
  return useContext(Pause)
}

/** What the dot in the header says: by the browser's own word, by the reader's, and by how the last question went. */
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
