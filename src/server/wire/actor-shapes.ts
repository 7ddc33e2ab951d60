import { z } from 'zod'
import { mayActAs, type Role } from '@/access/operator'

const KINDS = ['operator', 'key', 'shopper', 'worker', 'system'] as const

export const actorOut = z.object({
  kind: z.enum(KINDS),
  /** `Actor.name`, as in the audit log. */
  actor: z.string(),
  /** The operator's or the API key's own name; null: it has none, or is no longer there. */
  name: z.string().nullable(),
  /** Null: not known, or not for this operator's role. */
  address: z.string().nullable(),
  requestId: z.string().nullable(),
})
export type ShownActor = z.infer<typeof actorOut>

export interface ActorColumns {
  actor: string | null
  address: string | null
  requestId: string | null
}

/**
 * Who did it, as an operator of this role may see it. Everybody sees who; from where, and in which request, is for support and admins: an
 * address is a fact about a person, which serving shoppers needs and reading figures does not.
 */
export function actorViewFor(role: Role, names: ReadonlyMap<string, string>) {
  const all = mayActAs(role, 'support')
  return ({ actor, address, requestId }: ActorColumns): ShownActor | null =>
    actor === null
      ? null
      : {
          kind: kindOf(actor),
          actor,
          name: names.get(actor) ?? null,
          address: all ? address : null,
          requestId: all ? requestId : null,
        }
}

function kindOf(actor: string): ShownActor['kind'] {
  return KINDS.find((kind) => actor.startsWith(`${kind}:`)) ?? 'system'
}
