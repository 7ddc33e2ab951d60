import type { AddressInfo } from 'node:net'
import net from 'node:net'

/**
 * A cut of the first connection on which all texts of `at` were sent.
 * `before`: the chunk that matches is not passed on. `later`: it is, and the answer is not.
 */
export interface Cut {
  at: readonly string[]
  when: 'before' | 'later'
  /** Called at that moment. */
  meanwhile?: () => void
}

export interface TcpProxy {
  port: number
  /** Arms one cut; it happens once. */
  arm(cut: Cut): void
  disarm(): void
  /** Passes nothing in either direction for `ms`. */
  stall(ms: number): void
  /** Resets every connection. */
  dropAll(): void
  /** Leads new connections to another port, as an address does that moves to another server; null: to none. */
  redirect(port: number | null): void
  close(): Promise<void>
}

/** A TCP proxy to a port of this machine that can be cut at a chosen statement. */
export async function openProxy(targetPort: number): Promise<TcpProxy> {
  const connections = new Set<ProxiedConnection>()
  let armed: Cut | null = null
  let stalledUntil = 0
  let target: number | null = targetPort
  const take = (chunk: Buffer): Cut | null => {
    if (!armed?.at.every((text) => chunk.includes(text))) return null
    const cut = armed
    armed = null
    return cut
  }
  const server = net.createServer({ noDelay: true }, (client) => {
    if (target === null) return void client.resetAndDestroy()
    const connection = new ProxiedConnection(
      client,
      net.connect({ port: target, host: '127.0.0.1', noDelay: true }),
      take,
      () => stalledUntil - Date.now(),
    )
    connections.add(connection)
    void connection.ended.then(() => connections.delete(connection))
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
      for (const connection of connections) connection.drop()
    },
    redirect: (port) => {
      target = port
    },
    close: async () => {
      for (const connection of connections) connection.drop()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** One proxied connection: `up` carries the client's bytes, `down` the target's. */
class ProxiedConnection {
  readonly ended: Promise<void>
  private muted = false

  constructor(
    private readonly client: net.Socket,
    private readonly target: net.Socket,
    private readonly take: (chunk: Buffer) => Cut | null,
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

  drop(): void {
    this.client.resetAndDestroy()
    this.target.destroy()
  }

  private up(chunk: Buffer): void {
    const cut = this.take(chunk)
    if (cut?.when === 'before') {
      cut.meanwhile?.()
      this.drop()
      return
    }
    if (cut) this.muted = true
    this.whenFlowing(() => this.target.write(chunk, () => cut?.meanwhile?.()))
  }

  /** Muted: the statement was executed, and its answer is lost. */
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
