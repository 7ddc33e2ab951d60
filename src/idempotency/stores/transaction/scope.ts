import type { Scope } from '../../core/fingerprint'

/** The tenant of an app that has none. */
export const NO_TENANT = '00000000-0000-0000-0000-000000000000'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * The owner of a key: a user's id, say. With tenants, the tenant's UUID beside it. Two scopes never use one record, so nobody gets
 * another one's answer by guessing a key.
 */
export type UserScope = string | { tenant: string; actor: string }

/** @throws TypeError that says what to write instead */
export function scopeOf(operation: string, scope: UserScope): Scope {
  const { tenant, actor } =
    typeof scope === 'object' && scope !== null ? scope : { tenant: NO_TENANT, actor: scope }
  if (typeof actor !== 'string' || actor === '' || actor.length > 255)
    throw new TypeError(
      `${operation}: \`scope\` names the owner of the key, such as the id of the signed-in user: a text of 1 to 255 characters. Without it one user could read another's answer.`,
    )
  if (typeof tenant !== 'string' || !UUID.test(tenant))
    throw new TypeError(
      `${operation}: \`scope.tenant\` is the UUID of the tenant. Without tenants write \`scope: userId\`.`,
    )
  return { merchantId: tenant, actor }
}

/** @throws TypeError for a name that is none */
export function checkOperation(operation: unknown): asserts operation is string {
  if (typeof operation !== 'string' || !/^[\w.:-]{1,100}$/.test(operation))
    throw new TypeError(
      "`operation` is a name of 1 to 100 letters, digits and . _ : - that never changes, such as 'orders.create'. It is part of the key's record.",
    )
}
