import type { Answer } from '../../core/record'
import { storedText, type Transformer } from '../../core/transformer'

/** A result as it comes back: what JSON makes of it. A date becomes its text; a function or a bigint has none. */
export type Stored<T> = T extends string | number | boolean | null
  ? T
  : T extends { toJSON(): infer Json }
    ? Json
    : T extends bigint | symbol | ((...args: never[]) => unknown)
      ? never
      : T extends undefined
        ? null
        : T extends readonly (infer Item)[]
          ? Stored<Item>[]
          : { [Name in keyof T]: Stored<T[Name]> }

/** A refusal of the business, which is an answer like any other: it is stored, and each retry gets it again. */
export interface StoredRefusal {
  /** HTTP status, 400 to 499. */
  status: number
  /** A name for programs, such as `out-of-stock`. */
  code: string
  /** One or two sentences for people. */
  detail: string
  /** More for programs. JSON. */
  facts?: Readonly<Record<string, unknown>>
}

/** A refusal that the work returned: it is committed with what the work wrote before it. */
export class RefusalValue {
  constructor(readonly refusal: StoredRefusal) {}
}

/** Thrown for a refusal, the first time and each time that it is replayed. */
export class RequestRefused extends Error {
  override name = 'RequestRefused'
  constructor(
    readonly refusal: StoredRefusal,
    /** The stored text, the same in each reply. */
    readonly body: string,
    /** Was it stored by an earlier request? */
    readonly replayed: boolean,
  ) {
    super(refusal.detail)
  }
}

/**
 * The answer that is stored for what the work returned.
 * @throws TypeError for what JSON cannot hold, and for a refusal with a status that is none
 */
export function answerOf(
  operation: string,
  status: number,
  returned: unknown,
  transformer?: Transformer,
): Answer {
  if (returned instanceof RefusalValue) return answerOfRefusal(operation, returned.refusal)
  try {
    const body = transformer ? storedText(returned, transformer) : (JSON.stringify(returned) ?? 'null')
    return { status, problem: null, body }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new TypeError(
      `The result of ${operation} cannot be stored as JSON (${reason}). Nothing was committed. Return texts, numbers, lists and objects: a bigint as its text, for example. Or give createIdempotent a \`transformer\`, such as superjson.`,
      { cause },
    )
  }
}

function answerOfRefusal(operation: string, { status, code, detail, facts }: StoredRefusal): Answer {
  if (!Number.isInteger(status) || status < 400 || status > 499)
    throw new TypeError(
      `refuse() of ${operation} got the status ${status}. Give one from 400 to 499; for an error of your own throw, and the key stays free.`,
    )
  return { status, problem: null, body: JSON.stringify({ ...facts, code, detail, status }) }
}

/** The refusal in a stored answer; null for a result. */
export function refusalIn({ status, body }: Answer): StoredRefusal | null {
  if (status < 400) return null
  const { code, detail, status: _, ...facts } = JSON.parse(body) as StoredRefusal & Record<string, unknown>
  return { status, code, detail, facts }
}
