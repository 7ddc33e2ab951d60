/*
 * The windows of one browser that show the same attempt. One of them leads: it alone may send. The others
 * follow and show its state.
 *
 *   (joining) ──no leader yet──▶ leading ──taken over──▶ following
 *       └───────another leads──▶ following ──the leader is gone, or taken over──▶ leading
 *
 * The leader holds a Web Lock, so a window that is closed or dies hands over by itself. A page on plain http
 * has no locks: there every window leads until it learns that another one is busy. The server ends what
 * neither of them can prevent.
 */

/** Callbacks of a window. */
export interface TabEvents<State> {
  /** This window may send from now on. */
  lead(): void
  /** Another window leads. */
  follow(): void
  /** The leading window has published its state. */
  receive(state: State): void
  /** The leading window does not answer: it is frozen, or has no channel. */
  leaderSilent(): void
}

/** A window's place among the others. */
export interface TabHandle<State> {
  /**
   * Publishes this window's state while it leads.
   * @param busy work is under way that must not be begun in another window
   */
  publish(state: State, busy: boolean): void
  /** Takes the lead from the window that has it. Does nothing in that one. */
  takeOver(): void
  leave(): void
}

/** The windows of one browser that show the same attempt: one of them leads. */
export interface Tabs<State> {
  /** Joins the others. `events.lead` or `events.follow` may be called before `join` returns. */
  join(events: TabEvents<State>): TabHandle<State>
}

/** A window without others: it always leads. */
export const ALONE: Tabs<never> = {
  join(events) {
    events.lead()
    return { publish() {}, takeOver() {}, leave() {} }
  },
}

/** The browser APIs that this needs; some browsers lack one or both. */
export interface BrowserApis {
  locks?: Pick<LockManager, 'request'> | undefined
  open?: ((name: string) => Pick<BroadcastChannel, 'postMessage' | 'close' | 'onmessage'>) | undefined
}

/**
 * Interval at which a follower asks for the leader's state. 2 s: often enough to be live where a published
 * state was lost.
 */
const HELLO_MS = 2_000
/**
 * Time a free lock is left to its old leader. 1.5 s: a leader that is being reloaded is back by then, and
 * keeps its place.
 */
const GRACE_MS = 1_500
/** A leader that leaves three questions unanswered is frozen or gone. */
const UNANSWERED_MAX = 3

type Report<State> = { state: State; busy: boolean }
/** `said` is the name of `state` in pages of the version before, which may still be open. Its readers go with the next release. */
type Message<State> = { hello: true } | (Report<State> & { said?: State }) | { said: State; busy: boolean }

/**
 * The windows that joined under one name in this browser (lock and channel are per origin).
 * Sources: Web Locks API (W3C), BroadcastChannel (HTML Standard).
 */
export function browserTabs<State>(name: string, apis: BrowserApis = browserApis()): Tabs<State> {
  return { join: (events) => new Tab(name, apis, events) }
}

function browserApis(): BrowserApis {
  const open =
    typeof BroadcastChannel === 'undefined' ? undefined : (name: string) => new BroadcastChannel(name)
  return { locks: typeof navigator === 'undefined' ? undefined : navigator.locks, open }
}

class Tab<State> implements TabHandle<State> {
  private readonly channel: ReturnType<NonNullable<BrowserApis['open']>> | undefined
  private role: 'joining' | 'leading' | 'following' = 'joining'
  private published: Report<State> | null = null
  private unanswered = 0
  private helloTimer: ReturnType<typeof setInterval> | undefined
  private graceTimer: ReturnType<typeof setTimeout> | undefined
  private queue: AbortController | undefined
  private release: () => void = () => {}
  /** The lock is being taken from another window. */
  private taking = false
  private left = false

  constructor(
    private readonly name: string,
    private readonly apis: BrowserApis,
    private readonly events: TabEvents<State>,
  ) {
    this.channel = apis.open?.(name)
    if (this.channel) this.channel.onmessage = ({ data }: MessageEvent<Message<State>>) => this.receive(data)
    if (apis.locks) this.request({ ifAvailable: true })
    else this.lead()
  }

  publish(state: State, busy: boolean): void {
    this.published = { state, busy }
    if (this.role === 'leading') this.postReport(this.published)
  }

  takeOver(): void {
    // Pressed twice: a window that took the lock from itself would follow, and know no more what it had learned.
    if (this.role === 'leading' || this.taking) return
    if (this.apis.locks) {
      this.taking = true
      this.request({ steal: true })
    } else this.lead()
  }

  leave(): void {
    this.left = true
    clearInterval(this.helloTimer)
    clearTimeout(this.graceTimer)
    this.queue?.abort()
    this.release()
    this.channel?.close()
  }

  private request(options: LockOptions): void {
    clearTimeout(this.graceTimer)
    this.queue?.abort()
    this.queue = undefined
    const request = this.apis.locks?.request(this.name, options, (lock) => {
      if (this.left) return undefined
      if (!lock) return this.follow()
      if (options.signal) return this.waitForReload()
      const released = new Promise<void>((release) => (this.release = release))
      this.lead()
      return released
    })
    // Rejected: our lock was taken over, or our place in the queue was given up. Only the first changes the
    // role.
    request?.catch(() => !this.left && this.role === 'leading' && !options.signal?.aborted && this.follow())
  }

  private lead(): void {
    this.role = 'leading'
    this.taking = false
    clearInterval(this.helloTimer)
    this.events.lead()
    // Without locks a newcomer must ask whether another window is busy.
    if (!this.apis.locks) this.post({ hello: true })
  }

  private follow(): undefined {
    if (this.role !== 'following') {
      this.role = 'following'
      this.unanswered = 0
      this.events.follow()
      this.greet()
      this.helloTimer = setInterval(() => this.greet(), HELLO_MS)
    }
    if (this.apis.locks) this.enqueue()
  }

  /** Queues for the lock: the browser grants it when the leader is closed or dies. */
  private enqueue(): void {
    const queue = new AbortController()
    this.request({ signal: queue.signal })
    this.queue = queue
  }

  /**
   * The lock is free: the leader is gone, or only being reloaded. It gets `GRACE_MS` to take its lock back.
   */
  private waitForReload(): undefined {
    this.graceTimer = setTimeout(() => this.request({ ifAvailable: true }), GRACE_MS)
  }

  private greet(): void {
    if (this.unanswered++ === UNANSWERED_MAX) {
      if (this.apis.locks) this.events.leaderSilent()
      else this.lead()
    }
    this.post({ hello: true })
  }

  private receive(message: Message<State>): void {
    if (this.left) return
    if ('hello' in message) this.answer()
    else this.receiveReport('state' in message ? message : { state: message.said, busy: message.busy })
  }

  private receiveReport(report: Report<State>): void {
    if (this.role !== 'leading') this.update(report)
    else if (!this.apis.locks) this.giveWay(report)
  }

  private answer(): void {
    if (this.role === 'leading' && this.published) this.postReport(this.published)
  }

  private postReport(report: Report<State>): void {
    this.post({ ...report, said: report.state })
  }

  private update({ state, busy }: Report<State>): void {
    this.unanswered = 0
    this.events.receive(state)
    if (!this.apis.locks && !busy) this.lead()
  }

  /** Without locks a busy window keeps the lead, and the others follow until it is done. */
  private giveWay({ state, busy }: Report<State>): void {
    if (!busy || this.published?.busy) return
    this.follow()
    this.events.receive(state)
  }

  private post(message: Message<State>): void {
    if (!this.left) this.channel?.postMessage(message)
  }
}
