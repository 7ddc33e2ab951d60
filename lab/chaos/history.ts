import { createHash } from 'node:crypto'
import fs from 'node:fs'

/** One try of a client, as it saw it. `unknown`: it was sent, and nobody knows what became of it. */
export interface ClientTry {
  key: string
  order: string
  server: number
  outcome: 'answer' | 'later' | 'unknown'
  status: number | null
  /** Of the whole answer but for what may differ between a first answer and its replay. */
  sha: string | null
  /** How the connection ended, where no answer came. */
  broke?: string
  ms: number
  at: string
}

/** What all clients did and saw, on disk as it happened: the judge believes nothing else. */
export class History {
  readonly tries: ClientTry[] = []
  private readonly file: number

  constructor(path: string) {
    this.file = fs.openSync(path, 'a')
  }

  /** Before anything is sent: a try that kills us all is on record too. */
  began(key: string, order: string, server: number): void {
    this.write({ began: key, order, server, at: new Date().toISOString() })
  }

  ended(line: Omit<ClientTry, 'at'>): void {
    const whole = { ...line, at: new Date().toISOString() }
    this.tries.push(whole)
    this.write(whole)
  }

  lastTryOf(key: string): ClientTry | undefined {
    return this.tries.findLast((line) => line.key === key)
  }

  close(): void {
    fs.closeSync(this.file)
  }

  private write(line: object): void {
    fs.writeSync(this.file, `${JSON.stringify(line)}\n`)
    fs.fsyncSync(this.file)
  }
}

export function shaOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
