import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../stores/memory'
import { systemClock } from './clock'
import { Engine } from './engine'

const store = new MemoryStore(Date.now, () => 'token')
const options = {
  store,
  observe: () => undefined,
  clock: systemClock,
  newId: () => 'id',
  fieldSecrets: ['secret'],
}
/** A store of somebody else that lacks these verbs. */
const without = (...verbs: string[]) => {
  const mine = Object.create(store) as Record<string, unknown>
  for (const verb of verbs) mine[verb] = undefined
  return mine
}

describe('new Engine', () => {
  it('takes options that are whole', () => {
    expect(new Engine(options as never).isClosed()).toBe(false)
  })

  it.each([
    [undefined, /takes one object/],
    [{ ...options, store: undefined }, /`store` is missing.*PrismaStore/],
    [{ ...options, store: without('claim') }, /no claim\. .*storeContract/],
    [{ ...options, store: without('takeOver', 'takeOverdue') }, /no takeOver, takeOverdue/],
    [{ ...options, store: without('leaseMs') }, /`store\.leaseMs`.*such as 30000/],
    [{ ...options, Store: store }, /no option `Store`.*`store`, `observe`/],
    [{ ...options, observe: 'log' }, /`observe: \(\) => \{\}`/],
    [{ ...options, clock: Date }, /`clock: systemClock`/],
    [{ ...options, newId: undefined }, /`newId: /],
    [{ ...options, fieldSecrets: [] }, /openssl rand/],
    [{ ...options, fieldSecrets: [undefined] }, /openssl rand/],
    [{ ...options, notNow: true }, /`notNow` is a function/],
  ])('refuses what cannot work, and says what to write', (wrong, message) => {
    const build = () => new Engine(wrong as never)
    expect(build).toThrow(TypeError)
    expect(build).toThrow(message)
  })
})
