import type { SignedIn } from '@/access/operator'
import type { HintSubject } from './changes'

/** 15 s between two signs of life: half of what the shortest of the usual proxies waits for a silent server. */
const BEAT_MS = 15_000
/** 1 hour: then the browser opens a new one, which another process may get. */
const AGE_MS_MAX = 3_600_000
/** Messages that a reader has not taken. 64: many minutes of them. A reader that far behind is gone, or wants to fill our memory. */
const UNREAD_MAX = 64

const encoder = new TextEncoder()

/** One open stream of Server-Sent Events: to one browser, of one session. It carries hints and no data. */
export class LiveStream {
  readonly body: ReadableStream<Uint8Array>
  /** It was told that it is complete from here on: what changes now is sent. */
  isReady = false
  private controller!: ReadableStreamDefaultController<Uint8Array>
  private isOver = false
  private readonly endsAt: number
  private beatAt: number

  /** @param onEnd called once, whoever ended it */
  constructor(
    readonly operator: SignedIn,
    now: number,
    private readonly onEnd: (stream: LiveStream) => void,
  ) {
    this.endsAt = now + AGE_MS_MAX
    this.beatAt = now + BEAT_MS
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.controller = controller
      },
      cancel: () => this.over(),
    })
  }

  /** Sends `ready` the first time, and then what has changed, if anything has. */
  send(changed: readonly HintSubject[], now: number): void {
    if (!this.isReady) {
      this.isReady = true
      this.write('ready', [], now)
    } else if (changed.length > 0) this.write('changed', changed, now)
    else if (now >= this.beatAt) this.write('beat', [], now)
    if (now >= this.endsAt) this.end()
  }

  /** Ends it; the browser may open a new one. `signedOut`: it is told that its session is over. */
  end(reason?: 'signed-out'): void {
    if (this.isOver) return
    if (reason) this.write(reason, [], 0)
    this.over()
    try {
      this.controller.close()
    } catch {
      // Its reader has gone at this moment.
    }
  }

  private write(event: string, data: readonly string[], now: number): void {
    if (this.isOver) return
    this.beatAt = now + BEAT_MS
    if ((this.controller.desiredSize ?? 0) < -UNREAD_MAX) this.end()
    else this.controller.enqueue(encoder.encode(`event: ${event}\ndata: ${data.join(' ')}\n\n`))
  }

  private over(): void {
    if (this.isOver) return
    this.isOver = true
    this.onEnd(this)
  }
}
