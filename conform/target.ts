import { randomUUID } from 'node:crypto'
import type { Spelling } from './profile'
import type { HttpRequest } from './wire'

/** One intended effect: the key and the body that all its retries share. */
export interface Intent {
  key: string
  body: string
  /** The value of {{uuid}} in this body. */
  mark: string
}

export interface TargetOptions {
  url: URL
  headers: Record<string, string>
  body: string
  spelling: Spelling
}

/** Deviations of one request from its intent: raw lines of the key's header (an empty list: no header), body, further headers. */
export interface Deviation {
  keyLines?: readonly string[]
  body?: string
  headers?: Record<string, string>
}

/** The API under test: makes intents, and the requests that carry them. */
export class Target {
  private made = 0

  constructor(private readonly options: TargetOptions) {}

  /** A new effect: a fresh key, and the body with its placeholders filled in. */
  newIntent(): Intent {
    this.made += 1
    const mark = randomUUID()
    return { key: `conform-${randomUUID()}`, body: this.fill(this.options.body, mark), mark }
  }

  fill(template: string, mark: string): string {
    return template.replaceAll('{{uuid}}', mark).replaceAll('{{n}}', String(this.made))
  }

  requestFor(intent: Intent, instead: Deviation = {}): HttpRequest {
    const { url, headers, spelling } = this.options
    const lines = instead.keyLines ?? [spell(intent.key, spelling)]
    const key =
      lines.length === 0 ? {} : { 'idempotency-key': lines.length === 1 ? (lines[0] ?? '') : [...lines] }
    return {
      url,
      method: 'POST',
      headers: { ...headers, ...instead.headers, ...key },
      body: instead.body ?? intent.body,
    }
  }
}

/** The key as a structured-field string (RFC 9651 §3.3.3), or bare. */
export function spell(key: string, spelling: Spelling): string {
  return spelling === 'quoted' ? `"${key.replace(/[\\"]/g, '\\$&')}"` : key
}
