/*
 * The windows of one browser that show the same attempt. One of them leads: it alone may send. The others follow and are told.
 *
 *   (joining) ──nobody leads──▶ leading ──taken over──▶ following
 *       └───────somebody leads──▶ following ──the leader is gone, or taken over──▶ leading
 *
 * Who leads is who holds a Web Lock, so a window that is closed or dies hands over by itself. A plain-http page has no locks:
 * there every window leads until it hears that another one is busy. What neither of them can prevent ends at the server.
 */

/** What a window is told. */
export interface TabEvents<Said> {
  /** It may send from now on. */
  lead(): void
  /** Another one leads. */
  follow(): void
  /** What the leading window says of itself. */
  receive(said: Said): void
  /** The leading window does not answer: it is frozen, or cannot speak. */
  leaderSilent(): void
}

/** A window's place among the others. */
export interface TabHandle<Said> {
  /** @param busy something is under way that must not be begun elsewhere */
  publish(said: Said, busy: boolean): void
  /** Leads from now on, whoever did. */
  takeOver(): void
  leave(): void
}

export interface Tabs<Said> {
  join(window: TabEvents<Said>): TabHandle<Said>
}

/** A window that has no others. */
export const ALONE: Tabs<never> = {
  join(window) {
    window.lead()
    return { publish() {}, takeOver() {}, leave() {} }
  },
}

/** What a browser offers for it; both are missing in some. */
export interface BrowserApis {
  locks?: Pick<LockManager, 'request'> | undefined
  open?: ((name: string) => Pick<BroadcastChannel, 'postMessage' | 'close' | 'onmessage'>) | undefined
}

/** 2 s: how often a follower asks how it goes. Often enough to be live where the leader's own word was lost. */
const HELLO_MS = 2_000
/** 1.5 s: a leader that is being reloaded is back by then, and keeps its place. */
const GRACE_MS = 1_500
/** A leader that left three questions unanswered is frozen or gone. */
const UNANSWERED_MAX = 3

type Message<Said> = { hello: true } | { said: Said; busy: boolean }

/**
 * The windows that joined under one name in this browser (lock and channel are per origin).
 * Sources: Web Locks API (W3C), BroadcastChannel (HTML).
 */
export function browserTabs<Said>(name: string, means: BrowserApis = browserApis()): Tabs<Said> {
  return { join: (window) => new Tab(name, means, window) }
}

function browserApis(): BrowserApis {
  const open =
    typeof BroadcastChannel === 'undefined' ? undefined : (name: string) => new BroadcastChannel(name)
  return { locks: typeof navigator === 'undefined' ? undefined : navigator.locks, open }
}

class Tab<Said> implements TabHandle<Said> {
  private readonly channel: ReturnType<NonNullable<BrowserApis['open']>> | undefined
  private role: 'joining' | 'leading' | 'following' = 'joining'
  private last: { said: Said; busy: boolean } | null = null
  private unanswered = 0
  private asking: ReturnType<typeof setInterval> | undefined
  private grace: ReturnType<typeof setTimeout> | undefined
  private queue: AbortController | undefined
  private release: () => void = () => {}
  private left = false

  constructor(
    private readonly name: string,
    private readonly means: BrowserApis,
    private readonly window: TabEvents<Said>,
  ) {
    this.channel = means.open?.(name)
    if (this.channel) this.channel.onmessage = ({ data }: MessageEvent<Message<Said>>) => this.receive(data)
    if (means.locks) this.request({ ifAvailable: true })
    else this.lead()
  }

  publish(said: Said, busy: boolean): void {
    this.last = { said, busy }
    if (this.role === 'leading') this.post(this.last)
  }

  takeOver(): void {
    if (this.means.locks) this.request({ steal: true })
    else this.lead()
  }

  leave(): void {
    this.left = true
    clearInterval(this.asking)
    clearTimeout(this.grace)
    this.queue?.abort()
    this.release()
    this.channel?.close()
  }

  private request(options: LockOptions): void {
    clearTimeout(this.grace)
    this.queue?.abort()
    this.queue = undefined
    const held = this.means.locks?.request(this.name, options, (lock) => {
      if (this.left) return undefined
      if (!lock) return this.follow()
      if (options.signal) return this.waitForReload()
      const until = new Promise<void>((release) => (this.release = release))
      this.lead()
      return until
    })
    // Rejected: our lock was taken over, or our place in the queue was given up. Only the first changes anything.
    held?.catch(() => !this.left && this.role === 'leading' && !options.signal?.aborted && this.follow())
  }

  private lead(): void {
    this.role = 'leading'
    clearInterval(this.asking)
    this.window.lead()
    // Without locks a newcomer does not know whether somebody is busy.
    if (!this.means.locks) this.post({ hello: true })
  }

  private follow(): undefined {
    if (this.role !== 'following') {
      this.role = 'following'
      this.unanswered = 0
      this.window.follow()
      this.ask()
      this.asking = setInterval(() => this.ask(), HELLO_MS)
    }
    if (this.means.locks) this.enqueue()
  }

  /** The lock comes by itself when the leader is closed or dies. */
  private enqueue(): void {
    const queue = new AbortController()
    this.request({ signal: queue.signal })
    this.queue = queue
  }

  /** Our turn, or only a reload: the lock is free for a moment, and whoever led may have it again. */
  private waitForReload(): undefined {
    this.grace = setTimeout(() => this.request({ ifAvailable: true }), GRACE_MS)
  }

  private ask(): void {
    if (this.unanswered++ === UNANSWERED_MAX) {
      if (this.means.locks) this.window.leaderSilent()
      else this.lead()
    }
    this.post({ hello: true })
  }

  private receive(message: Message<Said>): void {
    if (this.left) return
    if ('hello' in message) this.answer()
    else if (this.role !== 'leading') this.learn(message)
    else if (!this.means.locks) this.giveWay(message)
  }

  private answer(): void {
    if (this.role === 'leading' && this.last) this.post(this.last)
  }

  private learn({ said, busy }: { said: Said; busy: boolean }): void {
    this.unanswered = 0
    this.window.receive(said)
    if (!this.means.locks && !busy) this.lead()
  }

  /** Without locks: whoever is busy keeps the lead, and the others wait until that is over. */
  private giveWay({ said, busy }: { said: Said; busy: boolean }): void {
    if (!busy || this.last?.busy) return
    this.follow()
    this.window.receive(said)
  }

  private post(message: Message<Said>): void {
    if (!this.left) this.channel?.postMessage(message)
  }
}
