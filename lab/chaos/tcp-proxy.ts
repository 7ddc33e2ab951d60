import type { AddressInfo } from 'node:net'
import net from 'node:net'

/**
 * One accident on the way to a server. It happens on the first connection on which all of `after` and then all of `at` were sent.
 * `before`: the bytes that fit are not passed on. `later`: they are, and the answer is not.
 */
export interface Cut {
  after?: readonly string[]
  at: readonly string[]
  when: 'before' | 'later'
  /** What else happens in that moment. */
  meanwhile?: () => void
}

export interface TcpProxy {
  port: number
  /** Arms one cut; it happens once. */
  arm(cut: Cut): void
  disarm(): void
  /** Nothing passes for so long, in either direction. */
  stall(ms: number): void
  /** Ends every connection there is, without a word. */
  dropAll(): void
  close(): Promise<void>
}

/** A wire to 127.0.0.1 that can be cut, just where it hurts. */
export async function openProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<ProxiedConnection>()
  let armed: Cut | null = null
  let stalledUntil = 0
  const take = (wire: ProxiedConnection, chunk: Buffer): Cut | null => {
    if (!armed || !wire.fits(armed, chunk)) return null
    const cut = armed
    armed = null
    return cut
  }
  const server = net.createServer({ noDelay: true }, (client) => {
    const wire = new ProxiedConnection(
      client,
      net.connect({ port: targetPort, host: '127.0.0.1', noDelay: true }),
      take,
      () => stalledUntil - Date.now(),
    )
    pairs.add(wire)
    void wire.ended.then(() => pairs.delete(wire))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    arm: (cut) => {
      armed = cut
    },
    disarm: () => {
      armed = null
    },
    stall: (ms) => {
      stalledUntil = Date.now() + ms
    },
    dropAll: () => {
      for (const wire of pairs) wire.drop()
    },
    close: async () => {
      for (const wire of pairs) wire.drop()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** One connection: what the client sends up, and what comes down. */
class ProxiedConnection {
  readonly ended: Promise<void>
  private sentAfter: string[] | null = null
  private muted = false

  constructor(
    private readonly client: net.Socket,
    private readonly target: net.Socket,
    private readonly take: (wire: ProxiedConnection, chunk: Buffer) => Cut | null,
    private readonly stalledMs: () => number,
  ) {
    this.ended = new Promise((resolve) => client.once('close', () => resolve()))
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      from.on('end', () => to.end())
    }
    client.on('data', (chunk) => this.up(chunk))
    target.on('data', (chunk) => this.down(chunk))
  }

  /** Whether this chunk completes the cut's pattern on this connection. */
  fits(cut: Cut, chunk: Buffer): boolean {
    const holds = (texts: readonly string[]) => texts.every((text) => chunk.includes(text))
    if (cut.after && this.sentAfter !== cut.after) {
      if (holds(cut.after)) this.sentAfter = cut.after as string[]
      // Both may come in one chunk.
      else return false
    }
    return holds(cut.at)
  }

  drop(): void {
    this.client.resetAndDestroy()
    this.target.destroy()
  }

  private up(chunk: Buffer): void {
    const cut = this.take(this, chunk)
    if (cut?.when === 'before') {
      cut.meanwhile?.()
      this.drop()
      return
    }
    if (cut) this.muted = true
    this.whenFlowing(() => this.target.write(chunk, () => cut?.meanwhile?.()))
  }

  /** What is muted has been carried out, and nobody hears of it. */
  private down(chunk: Buffer): void {
    if (this.muted) this.drop()
    else this.whenFlowing(() => this.client.write(chunk))
  }

  private whenFlowing(pass: () => void): void {
    const ms = this.stalledMs()
    if (ms > 0) setTimeout(pass, ms)
    else pass()
  }
}
