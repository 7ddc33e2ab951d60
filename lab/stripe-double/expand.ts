import type { Account } from './account'

/** The object with the ids that were asked to be expanded replaced by their objects: `latest_charge.balance_transaction`. */
export function expanded(account: Account, body: object, paths: string[]): object {
  return paths.reduce((object, path) => expandPath(account, object, path.split('.')), structuredClone(body))
}

function expandPath(account: Account, object: object, [name, ...rest]: string[]): object {
  if (name === undefined || !(name in object)) return object
  const value: unknown = Reflect.get(object, name)
  // `data.source`: of each object of a list.
  if (Array.isArray(value)) return { ...object, [name]: value.map((one) => expandPath(account, one, rest)) }
  const found = typeof value === 'string' ? objectOf(account, value) : value
  if (typeof found !== 'object' || found === null) return object
  return { ...object, [name]: expandPath(account, structuredClone(found), rest) }
}

function objectOf(account: Account, id: string): object | undefined {
  const { charges, balances, refunds, payouts, disputes } = account
  return [...charges, ...balances, ...refunds, ...payouts, ...disputes].find((one) => one.id === id)
}
