import { createHash } from 'node:crypto'
import fs from 'node:fs'

/** One try, as its client saw it. `later`: not final, to be retried; `unknown`: sent, and no answer came. */
export interface ClientTry {
  key: string
  order: string
  server: number
  outcome: 'answer' | 'later' | 'unknown'
  status: number | null
  /** Hash of the answer, without the parts that may differ between a first answer and its replay. */
  sha: string | null
  /** The network error, where no answer came. */
  broke?: string
  /** What an answer that is not final says. */
  detail?: string
  ms: number
  at: string
}

/** What the file holds: the begin of a try, and its end. */
export type HistoryLine = { began: string; order: string; server: number; at: string } | ClientTry

/** Every try of every client, on disk as it happened: the only evidence that the judge accepts. */
export class History {
  readonly tries: ClientTry[] = []
  private file: number | null

  /** @param watch called with each line as it is written */
  constructor(
    path: string,
    private readonly watch: (line: HistoryLine) => void = () => undefined,
  ) {
    this.file = fs.openSync(path, 'a')
  }

  /** Written before anything is sent, so that a try that kills everything is on record too. */
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

  /** Where a campaign failed, some of its clients still go on: what they see is no evidence any more. */
  close(): void {
    if (this.file !== null) fs.closeSync(this.file)
    this.file = null
  }

  private write(line: HistoryLine): void {
    if (this.file === null) return
    this.watch(line)
    fs.writeSync(this.file, `${JSON.stringify(line)}\n`)
    fs.fsyncSync(this.file)
  }
}

export function shaOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
