import type { Account } from './account'

/** The object with the ids that were asked to be expanded replaced by their objects: `latest_charge.balance_transaction`. */
export function expanded(account: Account, body: object, paths: string[]): object {
  return paths.reduce((object, path) => expandPath(account, object, path.split('.')), structuredClone(body))
}

function expandPath(account: Account, object: object, [name, ...rest]: string[]): object {
  if (name === undefined || !(name in object)) return object
  const value: unknown = Reflect.get(object, name)
  const found = typeof value === 'string' ? objectOf(account, value) : value
  if (typeof found !== 'object' || found === null) return object
  return { ...object, [name]: expandPath(account, structuredClone(found), rest) }
}

function objectOf({ charges, balances }: Account, id: string): object | undefined {
  return [...charges, ...balances].find((one) => one.id === id)
}
