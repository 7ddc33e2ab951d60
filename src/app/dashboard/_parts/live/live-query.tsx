'use client'
import {
  keepPreviousData,
  onlineManager,
  type Query,
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
import type { HintSubject } from '@/server/live/changes'
import { isSignedOut } from '../api'
import { type LiveState, liveStateOf, type PollChoice, pollMs } from './live-state'
import type { StreamState } from './stream'
import { type LiveMeta, useStream } from './use-stream'

/** 2 s: data that is younger is not read again when a window comes to the front. */
const FRESH_MS = 2_000

const Live = createContext<{ paused: boolean; setPaused(paused: boolean): void; stream: StreamState }>({
  paused: false,
  setPaused: () => undefined,
  stream: 'connecting',
})

/**
 * Live data for everything below it: only while the page is visible, keeping the last good data, and paused by one switch.
 * @param stream name of the operator's stream of hints; null: the server gives them none
 */
export function LiveProvider({ stream: name, children }: { stream: string | null; children: ReactNode }) {
  const [paused, setPaused] = useState(false)
  const [client] = useState(openClient)
  const stream = useStream(client, name, paused)
  const live = useMemo(() => ({ paused, setPaused, stream }), [paused, stream])
  return (
    <QueryClientProvider client={client}>
      <Live value={live}>{children}</Live>
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
    defaultOptions: { queries: { retry: false, staleTime: FRESH_MS, refetchOnReconnect: 'always' } },
  })
}

/** What makes a query go out again. */
export interface LiveChoice {
  /** Subjects of hints. Without them it is sent by the clock alone: every 5 s. */
  on?: readonly HintSubject[]
  /** By the clock too, in ms: for what changes without a hint, such as the age of a check. */
  everyMs?: number
}

/**
 * Data that came with the page and is kept current: it is read again when the server hints that it changed. While a new filter loads, the old
 * data stays, marked by `isPlaceholderData`; while the server is away, the last good data stays, marked by `isError`.
 */
export function useLive<Data>(
  key: readonly unknown[],
  ask: () => Promise<Data>,
  initialData: Data | undefined,
  { on, everyMs }: LiveChoice = {},
): UseQueryResult<Data> {
  const { paused, stream } = useContext(Live)
  const choice: PollChoice = { hinted: on !== undefined, everyMs }
  return useQuery({
    queryKey: key,
    queryFn: ask,
    placeholderData: keepPreviousData,
    refetchInterval: paused ? false : ({ state }) => pollMs(choice, stream, progressOf(state)),
    refetchOnWindowFocus: !paused,
    meta: { on } satisfies LiveMeta,
    ...(initialData === undefined ? {} : { initialData: initialData as never }),
  }) as UseQueryResult<Data>
}

/**
 * The answer to a query that the reader changes. What came with the page is used for as long as it answers what is asked.
 * @param name of what is read; the query is added to it
 */
export function useLiveQuery<Data, Query>(
  name: readonly unknown[],
  query: Query,
  ask: (query: Query) => Promise<Data>,
  { initial, initialQuery }: { initial: Data | null; initialQuery: Query },
  choice: LiveChoice = {},
): UseQueryResult<Data> {
  const isInitial = JSON.stringify(query) === JSON.stringify(initialQuery)
  const given = isInitial ? (initial ?? undefined) : undefined
  return useLive([...name, query], () => ask(query), given, choice)
}

function progressOf(state: Pick<Query['state'], 'dataUpdateCount' | 'status' | 'fetchFailureCount'>) {
  return { reads: state.dataUpdateCount, failed: state.status === 'error' || state.fetchFailureCount > 0 }
}

export function usePause() {
  return useContext(Live)
}

/** The state shown in the header: of the browser, of the reader's switch, of the last queries and of the stream. */
export function useLiveState(): LiveState {
  const { paused, stream } = useContext(Live)
  const online = useSyncExternalStore(subscribeOnline, () => onlineManager.isOnline(), alwaysOnline)
  const failing = useFailing()
  return liveStateOf({ online, paused, failing, stream })
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
