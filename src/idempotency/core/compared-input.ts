import { comparableForm } from './comparable'
import { differing, fieldHashes } from './fields'
import { FINGERPRINT_VERSION, fingerprint } from './fingerprint'
import type { Transformer } from './transformer'

/** Version of a fingerprint over the plain form of an input, for operations with a transformer. */
const WITH_TRANSFORMER = 2

/** True for a record that was written with a transformer: then its stored result was, too. */
export function isTyped({ fingerprintVersion }: { fingerprintVersion: number }): boolean {
  return fingerprintVersion === WITH_TRANSFORMER
}

/** What of an operation decides which requests are equal. */
export interface Comparison {
  /** Top-level members of the input that may differ between retries. */
  volatile: readonly string[]
  transformer?: Transformer | undefined
}

/** The input of a request, as it is compared with a record. */
export class ComparedInput {
  private plain: object | undefined

  constructor(
    private readonly input: object,
    private readonly comparison: Comparison,
  ) {}

  /** The columns of a new record. @param secret makes the hashes of its fields; undefined: none are stored */
  columns(secret: string | undefined): { fingerprint: string; fingerprintVersion: number; fields: string } {
    const version = this.comparison.transformer ? WITH_TRANSFORMER : FINGERPRINT_VERSION
    return {
      fingerprint: this.fingerprintBy(version) as string,
      fingerprintVersion: version,
      fields: secret === undefined ? '{}' : fieldHashes(this.compared(), this.comparison.volatile, secret),
    }
  }

  /** @returns null for a version that this program does not know, or cannot make without a transformer */
  fingerprintBy(version: number): string | null {
    const { transformer, volatile } = this.comparison
    if (version === WITH_TRANSFORMER) return transformer ? fingerprint(this.compared(), volatile) : null
    return transformer ? this.fingerprintOfOld(version) : fingerprint(this.input, volatile, version)
  }

  /** The JSON pointers at which the input differs from the one that `fields` was made of. */
  differing(fields: string | null, secrets: readonly string[]): string[] {
    return differing(fields, this.compared(), this.comparison.volatile, secrets)
  }

  /** By a version without a transformer: what it cannot hold is in no record of that version, so it differs from each. */
  private fingerprintOfOld(version: number): string | null {
    try {
      return fingerprint(this.input, this.comparison.volatile, version)
    } catch (error) {
      if (error instanceof TypeError) return ''
      throw error
    }
  }

  private compared(): object {
    const { transformer, volatile } = this.comparison
    if (!transformer) return this.input
    this.plain ??= comparableForm(withoutVolatile(this.input, volatile), transformer) as object
    return this.plain
  }
}

function withoutVolatile(input: object, volatile: readonly string[]): object {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !volatile.includes(name)))
}
