import { randomUUID } from 'node:crypto'
import type { Spelling } from './profiles'
import type { Ask } from './wire'

/** What is asked of the API under test: one intended effect, with the key and the body that all its retries share. */
export interface Intent {
  key: string
  body: string
  /** What stands for {{uuid}} in this body. */
  mark: string
}

export interface TargetOptions {
  url: URL
  headers: Record<string, string>
  body: string
  spelling: Spelling
}

/** What a request may have instead of its own: the lines of the key's header as they are (none for no header at all), body, headers. */
export interface Instead {
  keyLines?: readonly string[]
  body?: string
  headers?: Record<string, string>
}

export class Target {
  private made = 0

  constructor(private readonly options: TargetOptions) {}

  /** A new effect: a key that nobody has used, and the body with its places filled in. */
  intend(): Intent {
    this.made += 1
    const mark = randomUUID()
    return { key: `conform-${randomUUID()}`, body: this.fill(this.options.body, mark), mark }
  }

  fill(template: string, mark: string): string {
    return template.replaceAll('{{uuid}}', mark).replaceAll('{{n}}', String(this.made))
  }

  ask(intent: Intent, instead: Instead = {}): Ask {
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

/** RFC 9651 §3.3.3, or as it is. */
export function spell(key: string, spelling: Spelling): string {
  return spelling === 'quoted' ? `"${key.replace(/[\\"]/g, '\\$&')}"` : key
}
